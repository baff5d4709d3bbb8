package inventory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/rpmdb"
)

// An RPM database in SQLite may have a write-ahead log with newer versions of some of its
// pages, also in another layer. A layer is read without the others, so that both files keep
// the positions of their packages, and ApplyLog puts them together.

// Tree is the b-tree of the table of packages: all of it, or the pages that are in a log.
type Tree struct {
	// Root is the number of the first page. It is 0 if the file does not have it.
	Root  int
	Pages []Page
}

// Page is a page of a Tree: either with pages below it or with rows.
type Page struct {
	Number int
	Below  []int
	Rows   []int
}

// Limits for trees, far above those of real databases.
const (
	maxTreeNodes = 1 << 18 // pages, and references to pages and rows
	maxRow       = 1<<40 - 1
)

// unreadableRow stands for a row whose package cannot be read.
const unreadableRow = maxRow + 1

// errNoTree is returned for the log of a database whose tree was over a limit.
var errNoTree = limitErrorf("its database has more than %d pages and rows", maxTreeNodes)

// treeReader collects the packages of an RPM database or log with their positions.
type treeReader struct {
	ctx       context.Context
	packages  []Package
	isLog     bool
	tree      Tree
	sorted    int // pages of a log before the damaged ones that were not read at all
	nodes     int
	overLimit bool
	damaged   int
	fileBytes int
}

func (t *treeReader) page(number uint32, below []uint32) error {
	if t.nodes += 1 + len(below); t.nodes > maxTreeNodes {
		t.overLimit = true
		return t.ctx.Err()
	}
	p := Page{Number: int(number)}
	for _, n := range below {
		p.Below = append(p.Below, int(n))
	}
	t.tree.Pages = append(t.tree.Pages, p)
	t.sorted = len(t.tree.Pages)
	return t.ctx.Err()
}

func (t *treeReader) row(id uint64, header []byte) error {
	if t.nodes++; t.nodes > maxTreeNodes || id > maxRow {
		t.overLimit = true
	}
	if header != nil {
		p, err := rpmPackage(header)
		switch {
		case err != nil:
			t.damaged++
			id = unreadableRow
		case p.Name == publicKey && t.isLog:
			return t.ctx.Err()
		case p.Name == publicKey: // the log may name the row
		default:
			p.Row = int(min(id, maxRow))
			t.packages = append(t.packages, p)
			t.fileBytes += len(p.Files)
		}
	}
	if last := len(t.tree.Pages) - 1; !t.overLimit && last >= 0 {
		t.tree.Pages[last].Rows = append(t.tree.Pages[last].Rows, int(id))
	}
	return errors.Join(checkPackageCount(t.packages), checkFileListSize(t.fileBytes), t.ctx.Err())
}

// damagedPage marks a page as one with rows that cannot be read.
func (t *treeReader) damagedPage(number uint32) {
	i, ok := slices.BinarySearchFunc(t.tree.Pages[:t.sorted], int(number), func(p Page, n int) int { return cmp.Compare(p.Number, n) })
	if ok {
		t.tree.Pages[i].Rows = append(t.tree.Pages[i].Rows, unreadableRow)
		return
	}
	t.tree.Pages = append(t.tree.Pages, Page{Number: int(number), Rows: []int{unreadableRow}})
}

// result returns the packages and the tree. A tree over the limit is empty.
func (t *treeReader) result(root uint32, err error) ([]Package, Tree, error) {
	if t.ctx.Err() != nil {
		err = context.Cause(t.ctx)
	}
	if err == nil && t.damaged > 0 {
		err = fmt.Errorf("%d packages have a header that cannot be read", t.damaged)
	}
	if t.overLimit {
		return t.packages, Tree{}, err
	}
	t.tree.Root = int(root)
	return t.packages, t.tree, err
}

// parseRPMSQLite reads an RPM database in SQLite.
func parseRPMSQLite(ctx context.Context, f *seaworthy.File) ([]Package, Tree, error) {
	t := &treeReader{ctx: ctx}
	return t.result(rpmdb.ReadSQLite(f.ReaderAt(), f.Size, rpmdb.Visitor{Page: t.page, Row: t.row}))
}

// parseRPMLog reads the write-ahead log of an RPM database. A normal exit of rpm empties it.
// The result for a log with changes has an error, which ApplyLog removes.
func parseRPMLog(ctx context.Context, f *seaworthy.File) ([]Package, Tree, error) {
	if f.Size == 0 {
		return nil, Tree{}, nil
	}
	t := &treeReader{ctx: ctx, isLog: true}
	packages, tree, err := t.result(rpmdb.ReadLog(f.ReaderAt(), f.Size, rpmdb.Visitor{Page: t.page, Row: t.row, Damaged: t.damagedPage}))
	switch {
	case t.overLimit:
		return nil, Tree{}, errNoTree
	case err == nil && len(tree.Pages) > 0:
		err = errors.New("it has changes that are not in the database")
	}
	return packages, tree, err
}

// Log returns the path of the write-ahead log of a database. It returns false for a file that
// has none.
func (f *PackageFile) Log(path string) (string, bool) {
	const suffix = "-wal"
	return path + suffix, f.Format == formatRPM && strings.HasSuffix(path, ".sqlite")
}

// ApplyLog returns a database without the packages that its log removed or replaced, and the
// log as a database of the others. The log keeps its error if the result is not complete.
func (f *PackageFile) ApplyLog(log *PackageFile) (database, added PackageFile) {
	if len(log.Tree.Pages) == 0 {
		return *f, *log
	}
	w := treeWalk{
		database: f.Tree.byNumber(), log: log.Tree.byNumber(), written: changedRows(f, log),
		stored: make(map[int]bool), fromDatabase: make(map[int]bool), fromLog: make(map[int]bool), seen: make(map[int]bool),
	}
	for _, p := range f.Tree.Pages {
		for _, row := range p.Rows {
			w.stored[row] = row != unreadableRow
		}
	}
	root := log.Tree.Root
	if root == 0 {
		root = f.Tree.Root
	}
	w.visit(root)
	database, added = *f, *log
	database.Packages = packagesIn(f.Packages, w.fromDatabase)
	added.Packages, added.Role = packagesIn(log.Packages, w.fromLog), Database
	switch {
	case root == 0:
		return *f, *log
	case w.missing:
		added.ReadError, added.ReadErrorCode = "Not all of its changes can be read.", seaworthy.CodeUnreadable
	default:
		added.ReadError, added.ReadErrorCode = "", ""
		if f.Tree.Root == 0 { // all is in the log
			database.ReadError, database.ReadErrorCode = "", ""
		}
	}
	return database, added
}

// treeWalk visits the pages of a database, of which those in the log are newer.
type treeWalk struct {
	database, log         map[int]*Page
	stored, written       map[int]bool // rows of the database, and those whose packages only the log has
	fromDatabase, fromLog map[int]bool // the rows that count
	seen                  map[int]bool // pages
	missing               bool
}

func (w *treeWalk) visit(root int) {
	pending := []int{root}
	for len(pending) > 0 {
		n := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if w.seen[n] {
			w.missing = true
			continue
		}
		w.seen[n] = true
		p, inLog := w.log[n]
		if !inLog {
			if p = w.database[n]; p == nil {
				w.missing = true
				continue
			}
		}
		pending = append(pending, p.Below...)
		for _, row := range p.Rows {
			switch {
			case inLog && w.written[row]:
				w.fromLog[row] = true
			case w.stored[row]:
				w.fromDatabase[row] = true
			case row == unreadableRow && !inLog: // the database has an error for it
			default:
				w.missing = true
			}
		}
	}
}

func (t *Tree) byNumber() map[int]*Page {
	pages := make(map[int]*Page, len(t.Pages))
	for i := range t.Pages {
		pages[t.Pages[i].Number] = &t.Pages[i]
	}
	return pages
}

// changedRows returns the rows of the packages of a log that its database does not have, or
// has in another version. A log also has what lies on the same page as a change.
func changedRows(database, log *PackageFile) map[int]bool {
	old := make(map[int]PackageID, len(database.Packages))
	for i := range database.Packages {
		old[database.Packages[i].Row] = database.Packages[i].ID()
	}
	rows := make(map[int]bool)
	for i := range log.Packages {
		p := &log.Packages[i]
		if id, ok := old[p.Row]; !ok || id != p.ID() {
			rows[p.Row] = true
		}
	}
	return rows
}

// packagesIn returns the packages in some rows, in their order.
func packagesIn(packages []Package, rows map[int]bool) []Package {
	var in []Package
	for i := range packages {
		if rows[packages[i].Row] {
			in = append(in, packages[i])
		}
	}
	return in
}
