package components

// symbol is one drawing of the sprite, on a ground of 16 by 16. Class f fills, k and kf knock out.
type symbol struct{ name, shape string }

func symbols() []symbol {
	return []symbol{
		{"done", `<circle class="f" cx="8" cy="8" r="7"/><path class="k" d="M4.9 8.3l2.1 2.1 4.1-4.6"/>`},
		{"fwd", `<circle cx="8" cy="8" r="6.25"/><path d="M5 8h5.6M8.4 5.6L10.8 8l-2.4 2.4"/>`},
		{"back", `<circle cx="8" cy="8" r="6.25"/><path d="M11 8H5.4M7.6 5.6L5.2 8l2.4 2.4"/>`},
		{"backdone", `<circle class="f" cx="8" cy="8" r="7"/><path class="k" d="M11.2 8H5M7.4 5.5L4.9 8l2.5 2.5"/>`},
		{"wait", `<circle cx="8" cy="8" r="6.25"/><path d="M8 4.6V8l2.2 1.6"/>`},
		{"run", `<circle cx="8" cy="8" r="6.25" stroke-dasharray="3.2 3.34"/>`},
		{"minus", `<circle cx="8" cy="8" r="6.25"/><path d="M5.2 8h5.6"/>`},
		{"stop", `<circle class="f" cx="8" cy="8" r="7"/><path class="k" d="M4.6 8h6.8"/>`},
		{"doubt", `<path class="f" d="M8 .3L15.7 8 8 15.7.3 8z"/><path class="k" d="M6.3 6.5A1.8 1.8 0 1 1 8.7 8.1c-.5.2-.7.5-.7 1"/><circle class="kf" cx="8" cy="11.4" r=".95"/>`},
		{"caution", `<path class="f" d="M8 .3L15.7 8 8 15.7.3 8z"/><path class="k" d="M8 4.4v4.2"/><circle class="kf" cx="8" cy="11.3" r=".95"/>`},
		{"alert", `<rect class="f" x="1" y="1" width="14" height="14" rx="1.5"/><path class="k" d="M8 3.9v5"/><circle class="kf" cx="8" cy="11.9" r="1.05"/>`},
		{"lock", `<rect class="f" x="2.2" y="7" width="11.6" height="8" rx="1.2"/><path d="M4.8 7V4.6a3.2 3.2 0 0 1 6.4 0V7"/>`},
		{"send", `<circle class="f" cx="8" cy="8" r="7"/><path class="k" d="M4.8 8H11M8.6 5.5L11.1 8l-2.5 2.5"/>`},
		{"park", `<rect class="f" x="1" y="1" width="14" height="14" rx="1.5"/><path class="k" d="M6 5v6M10 5v6"/>`},
		{"refuse", `<rect class="f" x="1" y="1" width="14" height="14" rx="1.5"/><path class="k" d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6"/>`},
		{"hand", `<rect x="1.75" y="1.75" width="12.5" height="12.5" rx="1.5"/><path d="M5 8.3l2.1 2.1 4-4.6"/>`},
		{"consumed", `<circle cx="8" cy="8" r="6.25"/><circle class="f" cx="8" cy="8" r="2.2"/>`},
		{"full", `<circle class="f" cx="8" cy="8" r="7"/>`},
		{"half", `<circle cx="8" cy="8" r="6.25"/><path class="f" d="M8 1.75a6.25 6.25 0 0 0 0 12.5z"/>`},
		{"empty", `<circle cx="8" cy="8" r="6.25"/>`},
		{"on", `<path d="M1 8h14"/><circle class="f" cx="3" cy="8" r="2"/><circle class="f" cx="13" cy="8" r="2"/>`},
		{"off", `<path d="M1 8h2M13 8h2M4.6 7.2l6.6-4.4"/><circle class="f" cx="3" cy="8" r="2"/><circle class="f" cx="13" cy="8" r="2"/>`},
		{"probe", `<path d="M5.6 8h4.8" stroke-dasharray="1.6 2"/><circle class="f" cx="3" cy="8" r="2"/><circle class="f" cx="13" cy="8" r="2"/>`},
		{"search", `<circle cx="7" cy="7" r="4.75"/><path d="M10.6 10.6L14 14"/>`},
		{"copy", `<rect x="5.5" y="5.5" width="8.5" height="8.5" rx="1.2"/><path d="M10.5 3.2V3a1 1 0 0 0-1-1H3a1 1 0 0 0-1 1v6.5a1 1 0 0 0 1 1h.2"/>`},
		{"x", `<path d="M3.5 3.5l9 9M12.5 3.5l-9 9"/>`},
		{"down", `<path d="M3.5 6l4.5 4.5L12.5 6"/>`},
		{"menu", `<path d="M2 4.5h12M2 8h12M2 11.5h12"/>`},
		{"note", `<circle cx="8" cy="8" r="6.25"/><path d="M8 7.4v3.8"/><circle class="f" cx="8" cy="4.8" r=".9"/>`},
		{"up", `<path d="M3.5 10.5L8 6l4.5 4.5"/>`},
		{"file", `<path d="M4 1.8h5.2L12.5 5v9.2H4z"/><path d="M9 2v3.2h3.2"/>`},
	}
}
