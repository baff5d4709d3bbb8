package vex

import (
	"errors"
	"strings"

	"seaworthy.dev/seaworthy/internal/attestation"
)

// MayHold is true if a document of the media type that is attached to an image may
// hold statements. The type of the predicate is that of an attestation, "" if it is
// not known.
func MayHold(mediaType, predicateType string) bool {
	mediaType = strings.ToLower(mediaType)
	switch {
	case predicateType != "":
		return isVEX(predicateType)
	case strings.Contains(mediaType, "vex"), strings.Contains(mediaType, "csaf"), strings.Contains(mediaType, "cyclonedx"):
		return true
	case strings.Contains(mediaType, "in-toto"), strings.Contains(mediaType, "dsse"), strings.Contains(mediaType, "sigstore.bundle"):
		return true
	}
	return false
}

// isVEX is true for the type of a predicate that holds statements, or may.
func isVEX(predicateType string) bool {
	t := strings.ToLower(predicateType)
	return strings.Contains(t, "vex") || strings.Contains(t, "csaf") || strings.Contains(t, "cyclonedx")
}

// ParseAttached reads what is attached to an image, or to the index that names it, by
// the digest that it is attached to. It is nil if the document is an attestation of
// something else, or an SBOM without an analysis. The author is not verified, and the
// author's name says so.
func ParseAttached(source string, data []byte, subject string) (*Document, error) {
	how := "unsigned"
	a, ok, err := attestation.Open(data)
	switch {
	case err != nil:
		return nil, errors.New(source + ": " + explain(data, err).Error())
	case !ok:
	case !isVEX(a.PredicateType):
		return nil, nil
	case !a.IsAbout(subject):
		return nil, errors.New(source + ": the attestation is about another image than the one that it is attached to")
	case a.Signed:
		how = "signature not verified"
	}
	d, err := Parse(source, data)
	if errors.Is(err, errNoAnalysis) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d.Author += " (" + how + ")"
	return d, nil
}
