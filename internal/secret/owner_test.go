package secret

import (
	"crypto/md5"
	"fmt"
	"strings"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

// TestFilesOfPackages shows that what every user of a distribution has is no
// secret of the image's, as long as it is unchanged.
func TestFilesOfPackages(t *testing.T) {
	keyFile := key(t)
	database := imagetest.Layer{
		imagetest.File("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"),
		imagetest.File("var/lib/dpkg/status", "Package: snakeoil\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n"),
		imagetest.File("var/lib/dpkg/info/snakeoil.list", "/usr/share/snakeoil/key.pem\n"),
		imagetest.File("var/lib/dpkg/info/snakeoil.md5sums", fmt.Sprintf("%x  usr/share/snakeoil/key.pem\n", md5.Sum([]byte(keyFile)))),
	}
	for name, c := range map[string]struct {
		file  imagetest.Layer
		later imagetest.Layer
		want  seaworthy.Severity
	}{
		"unchanged":          {imagetest.Layer{imagetest.File("usr/share/snakeoil/key.pem", keyFile)}, nil, seaworthy.Negligible},
		"changed":            {imagetest.Layer{imagetest.File("usr/share/snakeoil/key.pem", "# ours\n"+keyFile)}, nil, seaworthy.Critical},
		"copied as well":     {imagetest.Layer{imagetest.File("usr/share/snakeoil/key.pem", keyFile), imagetest.File("srv/key.pem", keyFile)}, nil, seaworthy.Critical},
		"removed":            {imagetest.Layer{imagetest.File("usr/share/snakeoil/key.pem", keyFile)}, imagetest.Layer{imagetest.Whiteout("usr/share")}, seaworthy.Negligible},
		"replaced":           {imagetest.Layer{imagetest.File("usr/share/snakeoil/key.pem", keyFile)}, imagetest.Layer{imagetest.File("usr/share/snakeoil/key.pem", "")}, seaworthy.Negligible},
		"changed, removed":   {imagetest.Layer{imagetest.File("usr/share/snakeoil/key.pem", "# ours\n"+keyFile)}, imagetest.Layer{imagetest.Whiteout("usr/share")}, seaworthy.Critical},
		"elsewhere, removed": {imagetest.Layer{imagetest.File("srv/key.pem", keyFile)}, imagetest.Layer{imagetest.Whiteout("srv/key.pem")}, seaworthy.Critical},
	} {
		t.Run(name, func(t *testing.T) {
			layers := []imagetest.Layer{database, c.file}
			if c.later != nil {
				layers = append(layers, c.later)
			}
			got := analyze(t, imagetest.Image{Layers: layers}).of("private-key")
			if len(got) != 1 || got[0].Severity != c.want {
				t.Fatalf("findings: %+v, want one of severity %s", got, c.want)
			}
			if rotate := strings.HasPrefix(got[0].Remedy.String(), "Rotate"); rotate != (c.want != seaworthy.Negligible) {
				t.Errorf("remedy: %s", got[0].Remedy.String())
			}
			if says := strings.Contains(got[0].Detail, "unchanged since the package snakeoil"); says != (!strings.HasPrefix(name, "changed") && !strings.HasPrefix(name, "elsewhere")) {
				t.Errorf("detail: %s", got[0].Detail)
			}
		})
	}
}
