/**
 * Letters, digits and signs that have a likeness in ASCII become it: `é` e, `ß` ss, `Æ` AE. Others stay.
 *
 * The table is that of Lucene's ASCIIFoldingFilter (Apache-2.0; read out of lucene-analysis-common 9.12.1, 1,242
 * characters): a line has the likeness, a space, and the characters that become it.
 */
const TABLE = `
! ！
!! ‼
!? ⁉
" «»“”„″‶❝❞❮❯＂
# ＃
$ ＄
% ⁒％
& ＆
' ‘’‚‛′‵‹›❛❜＇
( ⁽₍❨❪（
(( ⸨
(1) ⑴
(10) ⑽
(11) ⑾
(12) ⑿
(13) ⒀
(14) ⒁
(15) ⒂
(16) ⒃
(17) ⒄
(18) ⒅
(19) ⒆
(2) ⑵
(20) ⒇
(3) ⑶
(4) ⑷
(5) ⑸
(6) ⑹
(7) ⑺
(8) ⑻
(9) ⑼
(a) ⒜
(b) ⒝
(c) ⒞
(d) ⒟
(e) ⒠
(f) ⒡
(g) ⒢
(h) ⒣
(i) ⒤
(j) ⒥
(k) ⒦
(l) ⒧
(m) ⒨
(n) ⒩
(o) ⒪
(p) ⒫
(q) ⒬
(r) ⒭
(s) ⒮
(t) ⒯
(u) ⒰
(v) ⒱
(w) ⒲
(x) ⒳
(y) ⒴
(z) ⒵
) ⁾₎❩❫）
)) ⸩
* ⁎＊
+ ⁺₊＋
, ，
- ‐‑‒–—⁻₋－
. ．
/ ⁄／
0 ⁰₀⓪⓿０
1 ¹₁①⓵❶➀➊１
1. ⒈
10 ⑩⓾❿➉➓
10. ⒑
11 ⑪⓫
11. ⒒
12 ⑫⓬
12. ⒓
13 ⑬⓭
13. ⒔
14 ⑭⓮
14. ⒕
15 ⑮⓯
15. ⒖
16 ⑯⓰
16. ⒗
17 ⑰⓱
17. ⒘
18 ⑱⓲
18. ⒙
19 ⑲⓳
19. ⒚
2 ²₂②⓶❷➁➋２
2. ⒉
20 ⑳⓴
20. ⒛
3 ³₃③⓷❸➂➌３
3. ⒊
4 ⁴₄④⓸❹➃➍４
4. ⒋
5 ⁵₅⑤⓹❺➄➎５
5. ⒌
6 ⁶₆⑥⓺❻➅➏６
6. ⒍
7 ⁷₇⑦⓻❼➆➐７
7. ⒎
8 ⁸₈⑧⓼❽➇➑８
8. ⒏
9 ⁹₉⑨⓽❾➈➒９
9. ⒐
: ：
; ⁏；
< ❬❰＜
= ⁼₌＝
> ❭❱＞
? ？
?! ⁈
?? ⁇
@ ＠
A ÀÁÂÃÄÅĀĂĄƏǍǞǠǺȀȂȦȺᴀḀẠẢẤẦẨẪẬẮẰẲẴẶⒶＡ
AA Ꜳ
AE ÆǢǼᴁ
AO Ꜵ
AU Ꜷ
AV ꜸꜺ
AY Ꜽ
B ƁƂɃʙᴃḂḄḆⒷＢ
C ÇĆĈĊČƇȻʗᴄḈⒸＣ
D ÐĎĐƉƊƋᴅᴆḊḌḎḐḒⒹꝹＤ
DZ ǄǱ
Dz ǅǲ
E ÈÉÊËĒĔĖĘĚƎƐȄȆȨɆᴇḔḖḘḚḜẸẺẼẾỀỂỄỆⒺⱻＥ
F ƑḞⒻꜰꝻꟻＦ
G ĜĞĠĢƓǤǥǦǧǴɢʛḠⒼꝽꝾＧ
H ĤĦȞʜḢḤḦḨḪⒽⱧⱵＨ
HV Ƕ
I ÌÍÎÏĨĪĬĮİƖƗǏȈȊɪᵻḬḮỈỊⒾꟾＩ
IJ Ĳ
J ĴɈᴊⒿＪ
K ĶƘǨᴋḰḲḴⓀⱩꝀꝂꝄＫ
L ĹĻĽĿŁȽʟᴌḶḸḺḼⓁⱠⱢꝆꝈꞀＬ
LJ Ǉ
LL Ỻ
Lj ǈ
M ƜᴍḾṀṂⓂⱮꟽꟿＭ
N ÑŃŅŇŊƝǸȠɴᴎṄṆṈṊⓃＮ
NJ Ǌ
Nj ǋ
O ÒÓÔÕÖØŌŎŐƆƟƠǑǪǬǾȌȎȪȬȮȰᴏᴐṌṎṐṒỌỎỐỒỔỖỘỚỜỞỠỢⓄꝊꝌＯ
OE Œɶ
OO Ꝏ
OU Ȣᴕ
P ƤᴘṔṖⓅⱣꝐꝒꝔＰ
Q ɊⓆꝖꝘＱ
R ŔŖŘȐȒɌʀʁᴙᴚṘṚṜṞⓇⱤꝚꞂＲ
S ŚŜŞŠȘṠṢṤṦṨⓈꜱꞅＳ
SS ẞ
T ŢŤŦƬƮȚȾᴛṪṬṮṰⓉꞆＴ
TH ÞꝦ
TZ Ꜩ
U ÙÚÛÜŨŪŬŮŰŲƯǓǕǗǙǛȔȖɄᴜᵾṲṴṶṸṺỤỦỨỪỬỮỰⓊＵ
V ƲɅᴠṼṾỼⓋꝞꝨＶ
VY Ꝡ
W ŴǷᴡẀẂẄẆẈⓌⱲＷ
X ẊẌⓍＸ
Y ÝŶŸƳȲɎʏẎỲỴỶỸỾⓎＹ
Z ŹŻŽƵȜȤᴢẐẒẔⓏⱫꝢＺ
[ ⁅❲［
\\ ＼
] ⁆❳］
^ ‸＾
_ ＿
a àáâãäåāăąǎǟǡǻȁȃȧɐəɚᶏᶕḁẚạảấầẩẫậắằẳẵặₐₔⓐⱥⱯａ
aa ꜳ
ae æǣǽᴂ
ao ꜵ
au ꜷ
av ꜹꜻ
ay ꜽ
b ƀƃɓᵬᶀḃḅḇⓑｂ
c çćĉċčƈȼɕḉↄⓒꜾꜿｃ
d ðďđƌȡɖɗᵭᶁᶑḋḍḏḑḓⓓꝺｄ
db ȸ
dz ǆǳʣʥ
e èéêëēĕėęěǝȅȇȩɇɘɛɜɝɞʚᴈᶒᶓᶔḕḗḙḛḝẹẻẽếềểễệₑⓔⱸｅ
f ƒᵮᶂḟẛⓕꝼｆ
ff ﬀ
ffi ﬃ
ffl ﬄ
fi ﬁ
fl ﬂ
g ĝğġģǵɠɡᵷᵹᶃḡⓖꝿｇ
h ĥħȟɥɦʮʯḣḥḧḩḫẖⓗⱨⱶｈ
hv ƕ
i ìíîïĩīĭįıǐȉȋɨᴉᵢᵼᶖḭḯỉịⁱⓘｉ
ij ĳ
j ĵǰȷɉɟʄʝⓙⱼｊ
k ķƙǩʞᶄḱḳḵⓚⱪꝁꝃꝅｋ
l ĺļľŀłƚȴɫɬɭᶅḷḹḻḽⓛⱡꝇꝉꞁｌ
lj ǉ
ll ỻ
ls ʪ
lz ʫ
m ɯɰɱᵯᶆḿṁṃⓜｍ
n ñńņňŉŋƞǹȵɲɳᵰᶇṅṇṉṋⁿⓝｎ
nj ǌ
o òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱɔɵᴖᴗᶗṍṏṑṓọỏốồổỗộớờởỡợₒⓞⱺꝋꝍｏ
oe œᴔ
oo ꝏ
ou ȣ
p ƥᵱᵽᶈṕṗⓟꝑꝓꝕꟼｐ
q ĸɋʠⓠꝗꝙｑ
qp ȹ
r ŕŗřȑȓɍɼɽɾɿᵣᵲᵳᶉṙṛṝṟⓡꝛꞃｒ
s śŝşšſșȿʂᵴᶊṡṣṥṧṩẜẝⓢꞄｓ
ss ß
st ﬆ
t ţťŧƫƭțȶʇʈᵵṫṭṯṱẗⓣⱦｔ
tc ʨ
th þᵺꝧ
ts ʦ
tz ꜩ
u ùúûüũūŭůűųưǔǖǘǚǜȕȗʉᵤᶙṳṵṷṹṻụủứừửữựⓤｕ
ue ᵫ
v ʋʌᵥᶌṽṿⓥⱱⱴꝟｖ
vy ꝡ
w ŵƿʍẁẃẅẇẉẘⓦⱳｗ
x ᶍẋẍₓⓧｘ
y ýÿŷƴȳɏʎẏẙỳỵỷỹỿⓨｙ
z źżžƶȝȥɀʐʑᵶᶎẑẓẕⓩⱬꝣｚ
{ ❴｛
} ❵｝
~ ⁓～
`;

let likenesses: ReadonlyMap<string, string> | undefined;

function readTable(): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const line of TABLE.trim().split('\n')) {
    const [likeness = '', characters = ''] = line.split(' ');
    for (const character of characters) map.set(character, likeness);
  }
  return map;
}

const BEYOND_ASCII = /[^\p{ASCII}]/gu;

export function foldToAscii(text: string): string {
  likenesses ??= readTable();
  const table = likenesses;
  return text.replaceAll(BEYOND_ASCII, (character) => table.get(character) ?? character);
}
