#include "http/static_files.hpp"

namespace ringmaster::http {

std::string_view style_sheet() {
    return R"css(:root {
  --ground: #f6f7f9; --paper: #ffffff; --shade: #f2f4f7; --line: #dfe3e8;
  --ink: #1d242d; --faint: #66717f; --link: #1f5fbf; --accent: #b03a2e;
  --good: #1b7f4b; --good-ground: #dff3e7; --bad: #a8231b; --bad-ground: #fbe1df;
  --calm: #4b5663; --calm-ground: #e6eaef;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181d; --paper: #1c2128; --shade: #21272f; --line: #323a44;
    --ink: #e4e8ed; --faint: #95a1af; --link: #7db1ff; --accent: #e4786c;
    --good: #7ddba6; --good-ground: #173a28; --bad: #ff9d95; --bad-ground: #45201d;
    --calm: #b9c3cf; --calm-ground: #2e3640;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
a { color: var(--link); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
.hidden { display: none; }
#wrapper { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem; }
#header { display: flex; align-items: center; gap: .75rem; margin-bottom: 1rem; }
#header img { width: 2rem; height: 2rem; }
h1 { font-size: 1.35rem; font-weight: 600; margin: 0; }
.status_msg {
  background: var(--calm-ground); border-left: 4px solid var(--accent);
  border-radius: 4px; padding: .6rem .9rem; margin-bottom: 1rem; overflow-wrap: anywhere;
}
ul { list-style: none; margin: 0; padding: 0; }
#buttons { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: 1rem; }
.action-button a {
  display: block; padding: .35rem .9rem; border: 1px solid var(--line); border-radius: 6px;
  background: var(--paper); color: var(--ink); font-weight: 500;
}
.action-button a:hover, .action-button a:focus-visible {
  border-color: var(--link); color: var(--link); text-decoration: none;
}
table {
  width: 100%; border-collapse: separate; border-spacing: 0; background: var(--paper);
  border: 1px solid var(--line); border-radius: 8px; overflow: hidden;
}
th {
  text-align: left; font-size: .8rem; font-weight: 600; color: var(--faint);
  background: var(--shade); border-bottom: 1px solid var(--line);
}
th, td { padding: .55rem .8rem; vertical-align: middle; }
tbody tr + tr td { border-top: 1px solid var(--line); }
.shade td { background: var(--shade); }
td.status span {
  display: inline-block; min-width: 5.5rem; padding: .1rem .6rem; border-radius: 999px;
  text-align: center; font-size: .85rem; font-weight: 600;
  background: var(--calm-ground); color: var(--calm);
}
td.status span.statusrunning { background: var(--good-ground); color: var(--good); }
td.status span.statuserror { background: var(--bad-ground); color: var(--bad); }
td.desc { color: var(--faint); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
td.name { font-weight: 600; overflow-wrap: anywhere; }
td.action ul { display: flex; flex-wrap: wrap; gap: .15rem .9rem; }
.empty {
  margin: 0; padding: 2rem; text-align: center; color: var(--faint);
  background: var(--paper); border: 1px solid var(--line); border-radius: 8px;
}
#footer {
  display: flex; justify-content: space-between; flex-wrap: wrap; gap: .5rem;
  margin-top: 1rem; color: var(--faint); font-size: .85rem;
}
body.tail { padding: 1rem; }
pre {
  margin: 0 0 1rem; padding: 1rem; min-height: 4rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: 8px; white-space: pre-wrap;
  overflow-wrap: anywhere; font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", monospace;
}
@media (max-width: 46rem) {
  thead { display: none; }
  table, tbody, tr, td { display: block; width: 100%; }
  td { padding: .3rem .8rem; }
  tbody tr td:first-child { padding-top: .7rem; }
  tbody tr td:last-child { padding-bottom: .7rem; }
  tbody tr td + td { border-top: 0 !important; }
}
)css";
}

}  // namespace ringmaster::http
