// Package sbom reads software bills of materials, of this program and of others, so
// that what they list can be judged without the image: CycloneDX in JSON and XML,
// SPDX 2 in JSON and tag-value form, and the JSON of Syft.
//
// What tells packages apart is their package URL. It becomes a package as the
// inventory of an image would have found it, with the same ecosystem, so that an
// image and its bill are judged alike. What a bill does not tell is a gap.
package sbom

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/attestation"
)

// MaxSize is the size of a bill in bytes beyond which it is not read.
const MaxSize = 256 << 20

// Document is what a bill of materials says of one image.
type Document struct {
	// Format is the name and version of the format: "CycloneDX 1.6".
	Format string
	// Tool is the program that wrote the bill, with its version where it is named.
	Tool string
	// Image is what the bill tells of the image. Its reference may be empty.
	Image *seaworthy.Image
	// Packages is what it lists, each once.
	Packages []*seaworthy.Package
	// Gaps say what of the software cannot be judged, for [seaworthy.Merged].
	Gaps []*seaworthy.Coverage
}

// ParseAll reads bills of materials: one in any of the formats, or several in JSON one
// after the other, as this program writes them of several images. One in an in-toto
// statement, or in an envelope of DSSE around that, is read too; its signature is not
// looked at. An error says in a sentence what is wrong with the data.
func ParseAll(data []byte) ([]*Document, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("it is larger than %d MiB, and no larger bill of materials is read", MaxSize>>20)
	}
	data = trim(data)
	if len(data) == 0 || data[0] != '{' {
		d, err := Parse(data)
		return []*Document{d}, err
	}
	var all []*Document
	for decoder := json.NewDecoder(bytes.NewReader(data)); ; {
		var one json.RawMessage
		err := decoder.Decode(&one)
		switch {
		case err == io.EOF:
			return all, nil
		case err == io.ErrUnexpectedEOF:
			return nil, errors.New("it is JSON that ends before it is complete")
		case err != nil:
			return nil, explain(data, err)
		}
		d, err := Parse(one)
		if err != nil && len(all) > 0 {
			err = fmt.Errorf("document %d: %w", len(all)+1, err)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
}

// Parse reads one bill of materials.
func Parse(data []byte) (*Document, error) {
	data, err := unwrap(data)
	if err != nil {
		return nil, err
	}
	var b *bill
	switch {
	case len(data) == 0:
		return nil, errors.New("it is empty")
	case data[0] == '{':
		b, err = parseJSON(data)
	case data[0] == '<':
		b, err = parseXML(data)
	case bytes.Contains(data[:min(len(data), 4096)], []byte("SPDXVersion:")):
		b, err = parseTagValue(data)
	default:
		return nil, errors.New("it is no bill of materials: " + known)
	}
	if err != nil {
		return nil, err
	}
	return b.document(), nil
}

const known = "CycloneDX (JSON, XML), SPDX 2 (JSON, tag-value) and the JSON of Syft are read"

// trim takes off what may stand before a document.
func trim(data []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
}

// Recognise is true if the beginning of a file, or all of it, looks like the text of
// a document and not like an image.
func Recognise(head []byte) bool {
	head = trim(head)
	return len(head) > 0 && (head[0] == '{' || head[0] == '<') || bytes.Contains(head, []byte("SPDXVersion:"))
}

// unwrap takes a bill out of the attestation that it may be in.
func unwrap(data []byte) ([]byte, error) {
	data = trim(data)
	if len(data) == 0 || data[0] != '{' {
		return data, nil
	}
	s, ok, err := attestation.Open(data)
	switch {
	case err != nil:
		return nil, explain(data, err)
	case ok:
		return trim(s.Predicate), nil
	}
	return data, nil
}

func parseJSON(data []byte) (*bill, error) {
	var probe struct {
		BOMFormat     string          `json:"bomFormat"`
		SpecVersion   json.RawMessage `json:"specVersion"`
		SPDXVersion   string          `json:"spdxVersion"`
		Context       json.RawMessage `json:"@context"`
		Artifacts     json.RawMessage `json:"artifacts"`
		Descriptor    json.RawMessage `json:"descriptor"`
		SchemaVersion json.RawMessage `json:"SchemaVersion"`
		Results       json.RawMessage `json:"Results"`
	}
	if err := json.Unmarshal(data, &probe); err != nil {
		return nil, explain(data, err)
	}
	switch {
	case probe.BOMFormat == "CycloneDX":
		return parseCycloneDX(data)
	case probe.SPDXVersion != "":
		return parseSPDX(data)
	case probe.Artifacts != nil && probe.Descriptor != nil:
		return parseSyft(data)
	case bytes.Contains(probe.Context, []byte("spdx.org/rdf/3.")):
		return nil, errors.New("it is of SPDX 3, which is not read yet: have it written as SPDX 2.3 or CycloneDX")
	case probe.SchemaVersion != nil && probe.Results != nil:
		return nil, errors.New("it is a report of Trivy, not a bill of materials: trivy --format cyclonedx writes one")
	}
	return nil, errors.New("it is JSON, but no bill of materials: " + known)
}

// explain says where JSON is broken.
func explain(data []byte, err error) error {
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax) && strings.HasPrefix(syntax.Error(), "unexpected end"):
		return errors.New("it is JSON that ends before it is complete")
	case errors.As(err, &syntax):
		return fmt.Errorf("it is no valid JSON: line %d: %w", line(data, syntax.Offset), err)
	case errors.As(err, &mismatch):
		return fmt.Errorf("line %d: %s must not be a JSON %s", line(data, mismatch.Offset), mismatch.Field, mismatch.Value)
	}
	return err
}

func line(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(max(offset, 0), int64(len(data)))], []byte("\n"))
}
