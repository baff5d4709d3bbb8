// Package attestation reads in-toto attestations. In goes a statement, a DSSE envelope or
// a Sigstore bundle, as JSON; out comes the [Statement], with the predicate unparsed. An
// envelope whose payload is not an in-toto statement is refused. Signatures are not
// verified, and digests of subjects other than SHA-256 are ignored.
package attestation

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Statement is an in-toto statement about subjects, such as an SBOM or VEX statements.
type Statement struct {
	// PredicateType is the URI of the type of the predicate.
	PredicateType string
	// Subjects are the SHA-256 digests of the subjects, "sha256:…".
	Subjects []string
	// Predicate is the content, in JSON.
	Predicate []byte
	// Signed reports whether the envelope has signatures, by anyone.
	Signed bool
}

// IsAbout reports whether the digest is among the subjects.
func (s *Statement) IsAbout(digest string) bool { return slices.Contains(s.Subjects, digest) }

// Open reads a statement, an envelope with a statement, or a Sigstore bundle with an
// envelope. For other JSON, ok is false.
func Open(data []byte) (s *Statement, ok bool, err error) {
	var bundle struct {
		Envelope json.RawMessage `json:"dsseEnvelope"`
	}
	if json.Unmarshal(data, &bundle) == nil && bundle.Envelope != nil {
		data = bundle.Envelope
	}
	var in struct {
		PayloadType string            `json:"payloadType"`
		Payload     string            `json:"payload"`
		Signatures  []json.RawMessage `json:"signatures"`

		Type          string `json:"_type"`
		PredicateType string `json:"predicateType"`
		Subject       []struct {
			Digest map[string]string `json:"digest"`
		} `json:"subject"`
		Predicate json.RawMessage `json:"predicate"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, false, err
	}
	switch {
	case in.Payload != "" && in.PayloadType != "":
		payload, err := base64.StdEncoding.DecodeString(in.Payload)
		if err != nil {
			return nil, false, errors.New("the payload of the envelope is not base64")
		}
		// Cleared, to detect an envelope in the envelope.
		in.Payload, in.PayloadType = "", ""
		if err := json.Unmarshal(payload, &in); err != nil {
			return nil, false, fmt.Errorf("the payload of the envelope: %w", err)
		}
		if in.Type == "" || in.Payload != "" {
			return nil, false, errors.New("the payload of the envelope is not an in-toto statement")
		}
	case in.Type == "" || in.Predicate == nil:
		return nil, false, nil
	}
	s = &Statement{PredicateType: in.PredicateType, Predicate: predicate(in.Predicate), Signed: len(in.Signatures) > 0}
	for _, subject := range in.Subject {
		if d := subject.Digest["sha256"]; d != "" {
			s.Subjects = append(s.Subjects, "sha256:"+strings.ToLower(d))
		}
	}
	return s, true, nil
}

// predicate removes the wrapper that cosign adds to a predicate of an unknown type: an
// object with the text in Data.
func predicate(raw json.RawMessage) []byte {
	var wrapped struct {
		Data      *string `json:"Data"`
		Timestamp *string `json:"Timestamp"`
	}
	if json.Unmarshal(raw, &wrapped) == nil && wrapped.Data != nil && wrapped.Timestamp != nil {
		return []byte(*wrapped.Data)
	}
	return raw
}
