package corpus

import (
	"slices"
	"strings"
)

// How many of each there are in the held-out files.
const (
	copiesHeldOutDocument = 5
	copiesHeldOutSecret   = 4
	copiesHeldOutHarmless = 4
	copiesHeldOutNew      = 14
)

// heldOut makes the held-out files of a seed. Their source is their own: neither
// they nor the others change with the tables of the other side.
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

// heldOutDocuments are the tables of files with a shape of their own.
func heldOutDocuments() [][]document {
	return [][]document{
		serverFiles(), databaseFiles(), directoryFiles(), clientFiles(), toolFiles(), applicationFiles(), deployFiles(),
		callFiles(), frameworkFiles(), trafficFiles(), publicData(), publicPrograms(), publicPolicies(),
	}
}

// heldOutSettings writes the issuers' tokens that are in no other table, and some
// of all other values, into syntaxes that are in no other table.
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
