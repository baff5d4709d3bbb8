package seaworthy

import (
	"net/url"
	"strings"
)

// PURL returns the package URL (type oci) of an image that was read from a registry. It
// returns "" for any other image, because the name of a file identifies nothing on another
// machine.
func (i *Image) PURL() string {
	if i.Repository == "" || i.Digest == "" {
		return ""
	}
	name := strings.ToLower(i.Repository[strings.LastIndexByte(i.Repository, '/')+1:])
	s := "pkg:oci/" + url.PathEscape(name) + "@" + url.QueryEscape(i.Digest) + "?"
	if _, platform, ok := strings.Cut(i.Platform, "/"); ok {
		arch, _, _ := strings.Cut(platform, "/")
		s += "arch=" + url.PathEscape(arch) + "&"
	}
	return s + "repository_url=" + url.QueryEscape(i.Repository)
}
