package inventory

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDebianCopyright(t *testing.T) {
	const text = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: bash

Files: *
Copyright: Another Author
License: GPL-3+

Files: lib/a lib/b
Copyright: A Third Author
License: Expat or Artistic

License: GPL-3+
 This program is free software.
 .
 On Debian systems the text is elsewhere.
`
	l := read(t,
		fileOf("usr/share/doc/bash/copyright", []byte(text)),
		fileOf("usr/share/doc/free/copyright", []byte("This package was debianised in 1997.\n\nLicense: GPL-2\n")),
		fileOf("usr/share/doc/bash/examples/copyright", []byte(text)),
		fileOf("usr/share/doc/odd/copyright", []byte("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nno field\n")),
	)
	want := []PackageFile{{
		Ordinal: 0, Format: formatCopyright, Role: Supplement,
		Packages: []Package{{Type: "deb", Name: "bash", Licenses: []string{"GPL-3.0-or-later", "MIT OR Artistic-1.0"}}},
	}}
	if diff := cmp.Diff(want, l.Files); diff != "" {
		t.Error(diff)
	}
}
