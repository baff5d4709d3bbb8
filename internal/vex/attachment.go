package vex

import (
	"errors"
	"strings"

	"seaworthy.dev/seaworthy/internal/attestation"
	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// MayHaveStatements reports whether a document attached to an image can be a VEX document.
// PredicateType is the predicate type of an attestation, "" if that is unknown.
func MayHaveStatements(mediaType, predicateType string) bool {
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

// isVEX reports whether a predicate of the type can be a VEX document.
func isVEX(predicateType string) bool {
	t := strings.ToLower(predicateType)
	return strings.Contains(t, "vex") || strings.Contains(t, "csaf") || strings.Contains(t, "cyclonedx")
}

// ParseAttached parses a document attached to an image or to its index. Subject is the digest
// that it is attached to; an attestation about another subject is an error. ParseAttached
// returns nil if the document is an attestation of another type, or an SBOM without VEX
// statements. The
// field Author of the result says whether the document is unsigned or its signature was not
// verified.
func ParseAttached(source string, data []byte, subject string) (*Document, error) {
	signature := "unsigned"
	a, ok, err := attestation.Open(data)
	switch {
	case err != nil:
		return nil, errors.New(source + ": " + jsonerror.Explain(data, err).Error())
	case !ok:
	case !isVEX(a.PredicateType):
		return nil, nil
	case !a.IsAbout(subject):
		return nil, errors.New(source + ": the attestation is about another image")
	case a.Signed:
		signature = "signature not verified"
	}
	d, err := Parse(source, data)
	if errors.Is(err, errNoAnalysis) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d.Author += " (" + signature + ")"
	return d, nil
}
