/** Invented people: given and family names that are common in many languages, paired at random. `ascii` is how a username is made of them. */
export interface NameStock {
	readonly given: readonly (readonly [shown: string, ascii: string])[];
	readonly family: readonly (readonly [shown: string, ascii: string])[];
	/** How often this stock is drawn from, relative to the others. */
	readonly weight: number;
}

const plain = (names: string): (readonly [string, string])[] => names.split(" ").map((name) => [name, name.toLowerCase()]);
const pairs = (names: string): (readonly [string, string])[] =>
	names.split(" ").map((pair) => {
		const [shown = "", ascii = ""] = pair.split("=");
		return [shown, ascii];
	});

export const nameStocks: readonly NameStock[] = [
	{
		weight: 8,
		given: plain(
			"Alice Ben Carla Daniel Emma Felix Grace Henry Isla Jack Karen Liam Maya Noah Olivia Peter Quinn Ruth Sam Tara Victor Wendy",
		),
		family: plain(
			"Adams Baker Carter Dixon Evans Foster Graham Hughes Irving Jones Kelly Lewis Morgan Nelson Owens Parker Reed Stone Turner Walsh",
		),
	},
	{
		weight: 6,
		given: pairs("Jürgen=juergen Käthe=kaethe Sören=soeren Anna=anna Björn=bjoern Lena=lena Jörg=joerg Ute=ute Moritz=moritz Heike=heike"),
		family: pairs(
			"Müller=mueller Schröder=schroeder Weiß=weiss Krüger=krueger Jäger=jaeger Groß=gross Fischer=fischer Böhm=boehm Vogel=vogel",
		),
	},
	{
		weight: 4,
		given: pairs("François=francois Chloé=chloe Zoé=zoe Léa=lea Benoît=benoit Hélène=helene Jean-Luc=jean-luc Anaïs=anais"),
		family: pairs("Lefèvre=lefevre D'Arcy=d'arcy Gagné=gagne Noël=noel Bélanger=belanger Dubois=dubois L'Étoile=l'etoile"),
	},
	{
		weight: 3,
		given: pairs("José=jose María=maria Íñigo=inigo Begoña=begona João=joao Conceição=conceicao Inês=ines Álvaro=alvaro"),
		family: pairs("Núñez=nunez García=garcia Muñoz=munoz Gonçalves=goncalves Peña=pena Ibáñez=ibanez Conceição=conceicao"),
	},
	{
		weight: 3,
		given: pairs("Łukasz=lukasz Małgorzata=malgorzata Jiří=jiri Žofie=zofie Şule=sule İpek=ipek Gökhan=goekhan Zsófia=zsofia"),
		family: pairs("Wałęsa=walesa Dvořák=dvorak Nováková=novakova Yıldız=yildiz Öztürk=oeztuerk Szőke=szoke Čapek=capek"),
	},
	{
		weight: 2,
		given: pairs("Sinéad=sinead Siobhán=siobhan Åse=ase Jóhanna=johanna Øyvind=oyvind Mírzan=mirzan"),
		family: pairs("O'Brien=o'brien Ó_Súilleabháin=osuilleabhain Ångström=angstrom Þórsdóttir=thorsdottir Sørensen=sorensen"),
	},
	{
		weight: 2,
		given: pairs("Ольга=olga Дмитрий=dmitri Αλέξανδρος=alexandros Ελένη=eleni Наталія=nataliia"),
		family: pairs("Иванова=ivanova Кузнецов=kuznetsov Παπαδοπούλου=papadopoulou Шевченко=shevchenko"),
	},
	{
		weight: 2,
		given: pairs("美咲=misaki 健太=kenta 伟=wei 丽=li 지민=jimin Thị=thi"),
		family: pairs("佐藤=sato 高橋=takahashi 王=wang 李=li 김=kim Nguyễn=nguyen"),
	},
	{
		weight: 2,
		given: pairs("محمد=mohammed فاطمة=fatima נועה=noa दीपक=deepak आरती=aarti"),
		family: pairs("العربي=alarabi חסן=hasan לוי=levi शर्मा=sharma पटेल=patel"),
	},
];

export const sites = ["Berlin", "Zürich", "Dublin", "東京", "São Paulo", "Kraków", "Montréal", "Austin"] as const;

export const departments: readonly { readonly name: string; readonly short: string; readonly teams: readonly string[] }[] = [
	{ name: "Engineering", short: "eng", teams: ["Platform", "Web", "Mobile", "Data", "Quality", "Security"] },
	{ name: "Sales", short: "sales", teams: ["Europe", "Americas", "Asia Pacific", "Partners"] },
	{ name: "R&D/Labs", short: "labs", teams: ["Alpha/Beta", "Materials", "Optics"] },
	{ name: "Operations", short: "ops", teams: ["Networks", "Service Desk", "Facilities"] },
	{ name: "Finance", short: "fin", teams: ["Accounting", "Controlling", "Treasury"] },
	{ name: "Größe & Maß", short: "mass", teams: ["Prüfstand", "Eichung"] },
	{ name: "Personal", short: "hr", teams: ["Recruiting", "Payroll", "Learning"] },
	{ name: "開発", short: "kaihatsu", teams: ["基盤", "製品"] },
];

export const titles = ["Engineer", "Senior Engineer", "Analyst", "Manager", "Consultant", "Specialist", "Lead", "Assistant"] as const;
