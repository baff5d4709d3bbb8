package feed

import (
	"time"

	"seaworthy.dev/seaworthy/internal/advisory/osv"
	"seaworthy.dev/seaworthy/internal/advisory/store"
)

// Document is a parsed VEX document: what a publisher says about one CVE.
type Document struct {
	cve        osv.CVE
	rates      bool // the severity counts for all packages, see [store.Builder.AddCVE]
	advisory   *store.Advisory
	text       *store.Text
	statements []store.Statement
	released   time.Time // zero if it is not known
}

// AddTo adds the document to a dataset. It does nothing if the document is nil, which
// stands for one about no CVE.
func (d *Document) AddTo(b *store.Builder) error {
	if d == nil {
		return nil
	}
	b.Advance(d.released)
	if d.rates {
		return b.AddCVE(d.cve, d.advisory, d.text, d.statements)
	}
	if len(d.statements) == 0 {
		return nil
	}
	return b.AddStatements(d.advisory, d.text, d.statements)
}
