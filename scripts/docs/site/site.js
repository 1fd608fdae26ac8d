// Draws the page's Mermaid diagrams, in the colours of the theme that the reader has chosen.
const sources = [...document.querySelectorAll('pre.diagram')];
const smallestScale = 0.6;

if (sources.length > 0) {
  const script = document.createElement('script');
  script.src = `${document.documentElement.dataset.base}assets/mermaid.js`;
  script.onload = startDrawing;
  document.head.append(script);
}

function startDrawing() {
  const diagrams = sources.map((source) => {
    const figure = document.createElement('div');
    figure.className = 'diagram';
    source.replaceWith(figure);
    return { figure, text: source.textContent };
  });
  const system = matchMedia('(prefers-color-scheme: dark)');
  const draw = async () => {
    const { theme } = document.documentElement.dataset;
    const isDark = theme === 'dark' || (theme === 'os' && system.matches);
    mermaid.initialize({
      startOnLoad: false,
      theme: isDark ? 'dark' : 'neutral',
      fontFamily: getComputedStyle(document.body).fontFamily,
      flowchart: { rankSpacing: 28, nodeSpacing: 28, padding: 10 },
    });
    for (const [at, { figure, text }] of diagrams.entries()) await drawInto(figure, `diagram-${at}`, text);
  };
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  system.addEventListener('change', draw);
  draw();
}

// Mermaid shrinks a drawing to the width of the page. One that would be too small to read runs from top to bottom instead.
async function drawInto(figure, id, text) {
  for (const drawing of [text, text.replace(/^flowchart LR/, 'flowchart TB')]) {
    figure.innerHTML = (await mermaid.render(id, drawing)).svg;
    const svg = figure.firstElementChild;
    const smallest = smallestScale * svg.viewBox.baseVal.width;
    if (smallest <= figure.clientWidth) return;
    svg.style.minWidth = `${smallest}px`;
  }
}
