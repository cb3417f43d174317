/**
 * The page's style. Blue and orange of Okabe and Ito, which those see as different who see no red or no green; B's marks are
 * also diamonds and its curves broken, so that nothing is said by colour alone.
 */
export const reportStyle = `
:root{--ground:#fbfbfd;--card:#fff;--ink:#1b1f27;--faint:#5a6272;--rule:#dfe3ea;--grid:#e9ecf2;--a:#0067a6;--b:#b84a00;--good:#00735a;--bad:#b3261e;--open:#7a5600;--plain:#3f4a5e;--soft:#eef2f8;--band:#e2ebf5}
@media(prefers-color-scheme:dark){:root{--ground:#12151b;--card:#191d25;--ink:#e8ebf1;--faint:#a4adbd;--rule:#303745;--grid:#272d38;--a:#6fc0f5;--b:#f5a25d;--good:#4fd1ac;--bad:#ff8f85;--open:#f2c14e;--plain:#b4bfd2;--soft:#222835;--band:#26344a}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
header,main{max-width:1340px;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.75rem}
.product{margin:0;color:var(--faint);font-size:.8rem;letter-spacing:.08em;text-transform:uppercase}
h1{margin:.1rem 0 .6rem;font-size:1.55rem;line-height:1.25;letter-spacing:-.01em}
h2{margin:2.75rem 0 .5rem;font-size:1.25rem}
h3{margin:1.75rem 0 .4rem;font-size:1.02rem}
h4{margin:1.25rem 0 .3rem;font-size:.95rem}
small{color:var(--faint);font-weight:400;font-size:.85em;margin-left:.35em}
p{margin:.4rem 0}
.note,figcaption{color:var(--faint);font-size:.85rem}
a{color:var(--a)}
:focus-visible{outline:3px solid var(--a);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999px}
.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.3rem .6rem;z-index:1}
nav{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.9rem}
fieldset{display:inline-flex;flex-wrap:wrap;gap:.2rem 1rem;margin:.9rem 0 0;padding:.35rem .8rem;border:1px solid var(--rule);border-radius:8px;background:var(--card);font-size:.9rem}
legend{float:left;padding:0;margin-right:1rem;color:var(--faint)}
label{display:inline-flex;gap:.35rem;align-items:center}
input{accent-color:var(--a)}
.run{display:inline-flex;align-items:baseline;gap:.45rem;margin-right:1.1rem}
.key{flex:none;width:.65em;height:.65em;border-radius:50%;background:var(--a)}
.run.b .key{background:var(--b);border-radius:1px;transform:rotate(45deg)}
.verdict{margin:1.5rem 0 1rem;padding:1rem 1.3rem;background:var(--card);border:1px solid var(--rule);border-left:6px solid var(--plain);border-radius:10px}
.verdict h2{margin:0;font-size:1.35rem}
.verdict p{margin:.25rem 0 0;color:var(--faint)}
.verdict.good{border-left-color:var(--good)}.verdict.bad{border-left-color:var(--bad)}.verdict.open{border-left-color:var(--open)}
.badge{display:inline-block;white-space:nowrap;padding:0 .5em;border-radius:99px;background:var(--soft);font-size:.85em;font-weight:600;color:var(--plain)}
.badge.good{color:var(--good)}.badge.bad{color:var(--bad)}.badge.open{color:var(--open)}
.scroll{overflow-x:auto;margin:.5rem 0}
table{border-collapse:collapse;font-size:.88rem;overflow-wrap:normal}
th,td{padding:.28rem .9rem .28rem 0;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--rule)}
th{color:var(--faint);font-weight:600;font-size:.78rem;letter-spacing:.02em;white-space:nowrap}
td,th{white-space:nowrap}
.w{white-space:normal;min-width:15rem;max-width:34rem}
tr:last-child td{border-bottom:0}
.n{text-align:right;white-space:nowrap}
.cell{margin:.8rem 0;padding:.9rem 1.1rem;background:var(--card);border:1px solid var(--rule);border-radius:10px;break-inside:avoid}
.cell h4{margin:0 0 .5rem}
.plots{display:grid;gap:.75rem 1.5rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,350px),1fr));align-items:start}
figure{margin:0;min-width:0;max-width:560px}
svg{display:block;width:100%;height:auto}
.plot text,.tracks text{font:11.5px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;fill:var(--faint)}
.m{text-anchor:middle}.e{text-anchor:end}
.grid{stroke:var(--grid);fill:none}
.strip{fill:var(--soft);rx:4px}
.dot{stroke:var(--card);stroke-width:.8}
.dot.a{fill:var(--a)}.dot.b{fill:var(--b)}
.dots{fill:none;stroke-width:4.5;stroke-linecap:round;opacity:.4}
.dots.a{stroke:var(--a)}.dots.b{stroke:var(--b)}
.whisker{fill:none;stroke:var(--ink);stroke-width:1.5}
.median{fill:none;stroke:var(--ink);stroke-width:2.5}
.fail{fill:none;stroke:var(--bad);stroke-width:1.8}
.curve{fill:none;stroke-width:2.2;stroke-linejoin:round}
.curve.a{stroke:var(--a)}.curve.b{stroke:var(--b);stroke-dasharray:7 4}
body:has(#show-a:checked) .plot .b,body:has(#show-b:checked) .plot .a{display:none}
.tracks{list-style:none;margin:.5rem 0 1rem;padding:0}
.tracks li{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,520px) minmax(0,1fr);gap:0 1.1rem;align-items:center;padding:.1rem 0;font-size:.88rem}
.tracks .name{overflow-wrap:anywhere}
.u{color:var(--faint)}
.band{fill:var(--band)}
.asked,.zero{fill:none;stroke:var(--ink);stroke-width:1.5;stroke-dasharray:4 3}
.tracks circle{fill:var(--plain);stroke:var(--card);stroke-width:1.2}
.tracks circle.good{fill:var(--good)}.tracks circle.bad{fill:var(--bad)}.tracks circle.open{fill:var(--open)}
.trip{fill:var(--a)}
.seen{fill:var(--b);stroke:var(--card);stroke-width:1.5}
@media(max-width:720px){.tracks li{grid-template-columns:minmax(0,1fr);padding:.45rem 0;border-bottom:1px solid var(--rule)}header,main{padding-left:.9rem;padding-right:.9rem}.cell{padding:.8rem}}
details{margin:.4rem 0}
summary{cursor:pointer;color:var(--a);font-size:.9rem}
pre{overflow-x:auto;margin:.3rem 0;padding:.6rem .8rem;background:var(--soft);border-radius:8px;font:.82rem/1.5 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:normal}
main{padding-bottom:4rem}
@media print{:root{--ground:#fff}body{font-size:11px}nav,fieldset,.skip{display:none}.cell,.verdict{break-inside:avoid}.scroll,pre{overflow:visible}}
`;
