package corpus

// copiesOfDocument is how many files are made of each document.
const copiesOfDocument = 12

// document is a kind of file with a shape of its own.
type document struct {
	kind  string
	paths []template
	text  template
}

// documentTables are the tables of such files.
func documentTables() [][]document {
	return [][]document{credentialFiles(), keyFiles(), mentions(), lockFiles(), programs(), publicFiles(), mixedFiles()}
}

// documents writes the files with a shape of their own.
func (g *generator) documents() {
	for _, table := range documentTables() {
		for _, d := range table {
			for i := range copiesOfDocument {
				g.text(d.kind, d.paths[i%len(d.paths)], d.text)
			}
		}
	}
}
