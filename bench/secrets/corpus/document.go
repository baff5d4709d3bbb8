package corpus

// copiesOfDocument is the number of files for each document.
const copiesOfDocument = 12

// document is a kind of file with its own structure.
type document struct {
	kind  string
	paths []template
	text  template
}

// documentTables returns all documents that are not held out.
func documentTables() [][]document {
	return [][]document{credentialFiles(), keyFiles(), mentions(), lockFiles(), programs(), publicFiles(), mixedFiles()}
}

// documents generates the files with their own structure.
func (g *generator) documents() {
	for _, table := range documentTables() {
		for _, d := range table {
			for i := range copiesOfDocument {
				g.text(d.kind, d.paths[i%len(d.paths)], d.text)
			}
		}
	}
}
