package misconfig

import (
	"archive/tar"
	"maps"
	"slices"
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

func fileSystemExamples() []example {
	return slices.Concat(
		setuidExamples(), searchPathExamples(), startupExamples(), sudoExamples(), sshExamples(), linkerExamples(), nodeExamples(),
		leftoverExamples(), credentialFileExamples(), packageCacheExamples(),
	)
}

type images = map[string]imagetest.Image

// files is an image that runs as uid 1000 and has one layer with these entries.
func files(entries ...imagetest.Entry) imagetest.Image { return layered(entries) }

// started is an image that runs the command as uid 1000.
func started(argv []string, entries ...imagetest.Entry) imagetest.Image {
	img := files(entries...)
	img.Config.Config.Entrypoint = argv
	return img
}

func device(name string, kind byte, mode int64) imagetest.Entry {
	return imagetest.Entry{Header: tar.Header{Typeflag: kind, Name: name, Mode: mode, Devmajor: 1, Devminor: 3}}
}

// severities are the severities that a check gives to images, by name.
type severities map[string]struct {
	img  imagetest.Image
	want seaworthy.Severity // Unknown for no finding
}

// hold tests that the worst finding of the check has the severity wanted.
func (list severities) hold(t *testing.T, check string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(list)) {
		t.Run(name, func(t *testing.T) {
			got := seaworthy.Unknown
			v := analyze(t, list[name].img)
			for _, f := range v.findings {
				if f.ID == check {
					got = max(got, f.Severity)
				}
			}
			if got != list[name].want {
				t.Errorf("severity %s, want %s:\n%s", got, list[name].want, v)
			}
		})
	}
}
