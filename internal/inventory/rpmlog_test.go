package inventory

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRPMLog has databases and logs of SQLite, with what rpm -qa says of them. The log
// "removed" continues the log "added".
func TestRPMLog(t *testing.T) {
	all := []string{"bash 5.1.8-1.el9", "curl 7.76.1-1.el9", "openssl-libs 1:3.0.1-1.el9", "zlib 1.2.11-1.el9"}
	for _, c := range []struct {
		name, database, log string
		cut                 int // bytes that the log lacks at its end
		want                []string
		unread              string // what the reason contains
	}{
		{"no changes", "base", "", 0, []string{"curl 7.76.1-1.el9", "zlib 1.2.11-1.el9"}, ""},
		{"packages added", "base", "added", 0, all, ""},
		{"a package removed", "base", "removed", 0, slices.Concat(all[:1], all[2:]), ""},
		{"a transaction that was not completed", "base", "removed", 5000, all, ""},
		{"changes that the database has", "checkpointed", "removed", 0, slices.Concat(all[:1], all[2:]), ""},
		{"everything in the log", "empty", "all", 0, all, ""},
		{"no complete transaction", "base", "added", 53592 - 5000, []string{"curl 7.76.1-1.el9", "zlib 1.2.11-1.el9"}, ""},
		{"another database", "empty", "added", 0, nil, "has changes that are not in the database"},
		{"no log", "base", "base", 0, []string{"curl 7.76.1-1.el9", "zlib 1.2.11-1.el9"}, "not a write-ahead log"},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := gunzip(t, "testdata/rpmlog/"+c.database+".sqlite.gz")
			var log []byte
			switch c.log {
			case "":
			case c.database:
				log = body
			default:
				log = gunzip(t, "testdata/rpmlog/"+c.log+".wal.gz")
			}
			// The result of a layer is encoded and decoded in between.
			l, err := Decode(new(Layer{Files: read(t,
				fileOf("var/lib/rpm/rpmdb.sqlite", body), fileOf("var/lib/rpm/rpmdb.sqlite-wal", log[:len(log)-c.cut])).Files}).encode(), 1<<30)
			if err != nil {
				t.Fatal(err)
			}
			database := l.Files[0]
			if len(l.Files) > 1 && (l.Files[1].Format != formatRPMLog || l.Files[1].Role != Log) {
				t.Errorf("the log is read as %s", l.Files[1].Format)
			}
			var added PackageFile
			if len(l.Files) > 1 {
				database, added = database.ApplyLog(&l.Files[1])
			}
			packages := database.Packages
			if added.Role == Database { // the log was applied
				packages = slices.Concat(packages, added.Packages)
			}
			var got []string
			for _, p := range packages {
				got = append(got, p.Name+" "+p.Version)
				if p.Files == nil {
					t.Errorf("%s has no files", p.Name)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if (c.unread == "") != (added.ReadError == "") || !strings.Contains(added.ReadError, c.unread) {
				t.Errorf("unread: %q", added.ReadError)
			}
		})
	}
}
