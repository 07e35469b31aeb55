// A line at the bottom of the window that says that the page has changed, with a button that shows how.

let shown: HTMLParagraphElement | undefined;

export function addNews(text: string, onShow: () => void): void {
  if (!shown) {
    shown = document.createElement('p');
    shown.className = 'news';
    shown.setAttribute('role', 'status');
    document.body.append(shown);
  }
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'act';
  button.textContent = 'Show';
  // The field that somebody writes in keeps the focus, and gets it back on the new page.
  button.addEventListener('mousedown', (event) => event.preventDefault());
  button.addEventListener('click', onShow);
  shown.replaceChildren(`${text} `, button);
}

export function removeNews(): void {
  shown?.remove();
  shown = undefined;
}
