// The whole host code of a deck with live scenes: the plugin's name.
Reveal.initialize({ plugins: [RevealIrqscope, RevealNotes], hash: true, width: 1280, height: 760, margin: 0.02 });
