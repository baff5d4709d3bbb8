package feed

import (
	"context"
	"io/fs"
	"strings"
	"testing"
)

// TestPublicFeeds finds files by what their publishers say.
func TestPublicFeeds(t *testing.T) {
	const base = "https://mirror.example.org"
	files := make(map[string]string)
	get := func(_ context.Context, url string) (string, error) {
		text, ok := files[strings.TrimPrefix(url, base)]
		if !ok {
			return "", fs.ErrNotExist
		}
		return text, nil
	}
	files["/core/mirror.list"] = base + "/core/abc/x86_64/\n"
	files["/core/abc/x86_64/repodata/repomd.xml"] = `<?xml version="1.0"?><repomd xmlns="http://linux.duke.edu/metadata/repo"><data type="primary"><location href="repodata/primary.xml.gz"/></data><data type="updateinfo"><location href="repodata/updateinfo.xml.gz"/></data></repomd>`
	got, err := findUpdateInfo(t.Context(), get, base+"/core/mirror.list")
	if want := base + "/core/abc/x86_64/repodata/updateinfo.xml.gz"; got != want || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	files["/core/abc/x86_64/repodata/repomd.xml"] = `<repomd><data type="updateinfo"><location href="../../../x"/></data></repomd>`
	if _, err := findUpdateInfo(t.Context(), get, base+"/core/mirror.list"); err == nil {
		t.Error("a path that leads out of the repository is no error")
	}
	files["/core/mirror.list"] = "ftp://x"
	if _, err := findUpdateInfo(t.Context(), get, base+"/core/mirror.list"); err == nil {
		t.Error("a list without a mirror is no error")
	}
	files["/vex/archive_latest.txt"] = "csaf_vex_2026-11-23.tar.zst\n"
	got, err = findNamed(t.Context(), get, base+"/vex/archive_latest.txt")
	if want := base + "/vex/csaf_vex_2026-11-23.tar.zst"; got != want || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	files["/vex/archive_latest.txt"] = "../x"
	if _, err := findNamed(t.Context(), get, base+"/vex/archive_latest.txt"); err == nil {
		t.Error("a name that is a path is no error")
	}
}
