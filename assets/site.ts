// The frame of every page. All of the page works without it, but for the refresh.

document.documentElement.classList.add('js');
