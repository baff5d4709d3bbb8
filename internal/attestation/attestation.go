// Package attestation takes in-toto statements out of the envelopes in which they are
// signed (DSSE). It verifies no signature.
package attestation

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Statement is what somebody says of subjects: a bill of materials, VEX statements.
type Statement struct {
	// PredicateType is the address that tells what the predicate is.
	PredicateType string
	// Subjects are the SHA-256 digests of what it is about, "sha256:…".
	Subjects []string
	// Predicate is what is said, JSON.
	Predicate []byte
	// Signed is true if there are signatures, whoever made them.
	Signed bool
}

// IsAbout is true if the digest is among the subjects.
func (s *Statement) IsAbout(digest string) bool { return slices.Contains(s.Subjects, digest) }

// Open reads a statement, the envelope around one, or a Sigstore bundle around that.
// Of JSON that is none of them, ok is false.
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
		// An envelope in an envelope is no statement.
		in.Payload, in.PayloadType = "", ""
		if err := json.Unmarshal(payload, &in); err != nil {
			return nil, false, fmt.Errorf("the payload of the envelope: %w", err)
		}
		if in.Type == "" || in.Payload != "" {
			return nil, false, errors.New("the payload of the envelope is no in-toto statement")
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

// predicate takes out what cosign puts around a predicate that it does not know: an
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
