package vex

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seaworthy.dev/seaworthy"
)

// unusedIn returns the unused statements of a document for an image that has openssl-libs,
// built from openssl, with a vulnerability.
func unusedIn(t *testing.T, document string, coverage seaworthy.State) []seaworthy.UnusedRule {
	t.Helper()
	d, err := Parse("a.vex.json", []byte(document))
	if err != nil {
		t.Fatal(err)
	}
	f := testFinding()
	m := NewStatements(d).Apply(new(recorder))
	image := testImage()
	image.Names = []string{"team/app:v1"}
	for _, err := range []error{
		m.Image(image),
		m.Package(&seaworthy.Package{Name: f.Package.Name, PURL: f.Package.PURL, Source: f.Package.Source}),
		m.Package(&seaworthy.Package{Name: "zlib", PURL: "pkg:rpm/redhat/zlib@1"}),
		m.Finding(f),
		m.Coverage(&seaworthy.Coverage{Risk: seaworthy.Vulnerability, State: coverage}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return m.Unused()
}

func TestUnused(t *testing.T) {
	type rule struct{ rule, reason, nearest string }
	for _, test := range []struct {
		name, products string
		id             string // of the vulnerability, if it is another
		want           *rule
	}{
		{name: "applies", products: `{"@id": "pkg:rpm/redhat/openssl-libs"}`},
		{name: "applies to the source package", products: `{"@id": "pkg:rpm/redhat/openssl?arch=src"}`},
		{name: "applies as a component", products: `{"@id": "registry.example/team/app", "subcomponents": [{"@id": "pkg:rpm/redhat/openssl-libs"}]}`},
		{name: "one of two products", products: `{"@id": "pkg:rpm/redhat/other"}, {"@id": "pkg:rpm/redhat/openssl-libs"}`},
		{name: "name of the source package", products: `{"@id": "pkg:rpm/redhat/openssl"}`,
			want: &rule{"CVE-2024-1 is fixed in pkg:rpm/redhat/openssl", "the image has no package openssl", "openssl-libs, of source openssl"}},
		{name: "another package", products: `{"@id": "pkg:rpm/redhat/zlib"}`,
			want: &rule{"CVE-2024-1 is fixed in pkg:rpm/redhat/zlib", "the finding is about another product", "openssl-libs 1:3.0.7-24.el9, of source openssl"}},
		{name: "another version", products: `{"@id": "pkg:rpm/redhat/openssl-libs@1.0"}`,
			want: &rule{"CVE-2024-1 is fixed in pkg:rpm/redhat/openssl-libs@1.0", "the finding is about another product", "openssl-libs 1:3.0.7-24.el9, of source openssl"}},
		{name: "another vulnerability", products: `{"@id": "pkg:rpm/redhat/openssl-libs"}`, id: "CVE-2011-9",
			want: &rule{"CVE-2011-9 is fixed in pkg:rpm/redhat/openssl-libs", "no finding has this id", ""}},
		{name: "another image", products: `{"@id": "registry.other/x/app:2"}`,
			want: &rule{"CVE-2024-1 is fixed in registry.other/x/app:2", "it is about another image", "registry.example/team/app:1.2"}},
		{name: "another image, as component", products: `{"@id": "other", "subcomponents": [{"@id": "pkg:rpm/redhat/openssl-libs"}]}`,
			want: &rule{"CVE-2024-1 is fixed in pkg:rpm/redhat/openssl-libs of other", "it is about another image", ""}},
		{name: "a source package as component", products: `{"@id": "registry.example/team/app", "subcomponents": [{"@id": "pkg:rpm/redhat/openssl"}]}`,
			want: &rule{"CVE-2024-1 is fixed in pkg:rpm/redhat/openssl of registry.example/team/app", "the image has no package openssl", "openssl-libs, of source openssl"}},
		{name: "no product", products: ``, want: &rule{"CVE-2024-1 is fixed", "it has no product that can be compared", ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			id := "CVE-2024-1"
			if test.id != "" {
				id = test.id
			}
			got := unusedIn(t, openvex(`{"vulnerability": {"name": "`+id+`"}, "products": [`+test.products+`], "status": "fixed"}`), seaworthy.Checked)
			var want []seaworthy.UnusedRule
			if test.want != nil {
				want = []seaworthy.UnusedRule{{Kind: seaworthy.RuleVEX, Source: "a.vex.json", Rule: test.want.rule, Reason: test.want.reason, Nearest: test.want.nearest}}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestUnusedOrder has a document about many products, of which one statement nearly applies.
func TestUnusedOrder(t *testing.T) {
	var all []string
	for i := range 300 {
		all = append(all, fmt.Sprintf(`{"vulnerability": {"name": "CVE-2011-%d"}, "products": [{"@id": "pkg:rpm/redhat/zlib"}], "status": "fixed"}`, i))
	}
	all = append(all, `{"vulnerability": {"name": "CVE-2024-1"}, "products": [{"@id": "pkg:rpm/redhat/openssl"}], "status": "fixed"}`)
	document := openvex(strings.Join(all, ","))
	got := unusedIn(t, document, seaworthy.Partial)
	if len(got) != maxUnused+1 || !strings.HasPrefix(got[0].Rule, "CVE-2024-1 ") || got[maxUnused].More != 301-maxUnused {
		t.Errorf("%d rules, first %+v, last %+v", len(got), got[0], got[len(got)-1])
	}
	if got := unusedIn(t, document, seaworthy.NotChecked); got != nil {
		t.Errorf("unused although nothing was checked: %v", got)
	}
}
