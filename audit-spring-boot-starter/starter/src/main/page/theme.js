// Before anything is drawn: light or dark, as chosen here before or as the system says.
(function () {
	let theme = null;
	try {
		theme = localStorage.getItem('audit-theme');
	} catch (blocked) {
		// Then the system decides.
	}
	if (theme === 'light' || theme === 'dark') {
		document.documentElement.dataset.theme = theme;
	}
})();
