// Source: NLTK's stop words corpus, as the crate stop-words 0.10.1 (MIT or Apache-2.0) carries it.
export const WORDS = `
ahala aitzitik al ala alabadere alabaina aldiz alta amaitu amaitzeko anitz antzina arabera argi arratsaldero arte
artean asko aspaldiko aurrera azkenez azkenik ba bada badarik badere bai baina baino baita baizik baldin barren bat
batean batek baten batera batez bati batzuei batzuek batzuetan batzuk bazen bederen bederik beharrez behiala behin
behinik behinola behintzat bera beraiek beranduago berau berauek beraz bere berean berebat berehala berori beroriek
berriro berriz bertzalde bertzenaz bestalde beste bestela besterik bezain bezala bide bien bigarrenez bigarrenik
bitartean bizkitartean bukaeran bukatzeko da dago dela delarik den dena dezadan dira ditu du dute edo edota egin egun
egunean emateko era erdi ere esan esanak esandakoaren eta eurak ez eze ezen ezer ezezik ezik ezpabere ezpada ezpere
ezperen ezta funtsean gabe gain gainera gainerontzean gaur gero geroago gisa gu gutxi guzti guztia guztiz haatik haiei
haiek haietan hain hainbeste hainbestez hala halaber halako halatan han handik hango hara hargatik hari hark hartan
hasi hasiera hasieran hasteaz hasteko hau hauei hauek hauetan hemen hemendik hemengo hi hona honebestez honek honela
honen honetan honetaz honi hor hori horiei horiek horietan horko horra horratik horregatik horrek horrela horren
horrenbestez horretan horri hortaz hortik hura ikusi izan jarraituz kariaz kasuaz kontuan laburbilduz laburki laster
lehen lehenengo lehenik lehen-lehenik litzateke medio mendean mundura nahiz ni noiz nola non nondik nongo nor nora on
ondoren ondorio ondorioz orain ordea orduan orduko ordura orobat ostean ostera osterantzean pentsatuz ustez ze zein
zen zenbait zenbat zer zeren zergatik ziren zituen zu zuek zuen zuten zuzen`;
