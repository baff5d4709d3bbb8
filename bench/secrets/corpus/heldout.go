package corpus

import (
	"slices"
	"strings"
)

// The number of copies in the held-out files.
const (
	copiesHeldOutDocument = 5
	copiesHeldOutSecret   = 4
	copiesHeldOutHarmless = 4
	copiesHeldOutNew      = 14
)

// heldOut generates the held-out files of a seed. They have their own source, so that a
// change in the other tables does not change them, and the reverse.
func heldOut(seed uint64) ([]File, error) {
	g := &generator{source: newSource(^seed), taken: map[string]bool{}}
	g.heldOutSettings()
	for _, table := range heldOutDocuments() {
		for _, d := range table {
			for i := range copiesHeldOutDocument {
				g.text(d.kind, d.paths[i%len(d.paths)], d.text)
			}
		}
	}
	slices.SortFunc(g.files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return g.files, g.err
}

// heldOutDocuments returns the held-out files with their own structure.
func heldOutDocuments() [][]document {
	return [][]document{
		serverFiles(), databaseFiles(), directoryFiles(), clientFiles(), toolFiles(), applicationFiles(), deployFiles(),
		callFiles(), frameworkFiles(), trafficFiles(), publicData(), publicPrograms(), publicPolicies(),
	}
}

// heldOutSettings writes tokens that are in no other table, and some of all other values,
// in syntaxes that are in no other table.
func (g *generator) heldOutSettings() {
	secrets := append(g.several(Secret, heldOutTokens(), copiesHeldOutSecret), g.several(Secret, credentials(), copiesHeldOutSecret/2)...)
	secrets = append(secrets, g.several(Secret, heldOutCredentials(), copiesHeldOutNew)...)
	rest := append(g.several(Harmless, harmless(), copiesHeldOutHarmless), g.several(Harmless, heldOutHarmless(), copiesHeldOutNew)...)
	shuffle(g.source, secrets)
	shuffle(g.source, rest)
	files := (len(secrets) + secretsInFile - 1) / secretsInFile
	all := heldOutSyntaxes()
	for i := range files {
		mixed := append(share(secrets, i, files), share(rest, i, files)...)
		shuffle(g.source, mixed)
		g.write(all[i%len(all)], mixed)
	}
}
