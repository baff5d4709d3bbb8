// Package sbom reads SBOMs, so that their packages can be checked without the image.
//
// In goes an SBOM of this program or another one: CycloneDX in JSON and XML, SPDX 2 in
// JSON and tag-value format, and the JSON of Syft, each also in an in-toto statement, in UTF-8
// or UTF-16. Out come packages as the inventory of an image finds them, with the same ecosystems, and a
// gap for what an SBOM does not say. Packages are identified by their package URLs.
// Refused are other formats and SBOMs larger than [MaxSize].
package sbom

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/attestation"
	"seaworthy.dev/seaworthy/internal/jsonerror"
	"seaworthy.dev/seaworthy/internal/textfile"
)

// MaxSize is the maximum size of an SBOM in bytes.
const MaxSize = 256 << 20

// Document is an SBOM: what it says about one image.
type Document struct {
	// Format is the name and version of the format: "CycloneDX 1.6".
	Format string
	// Tool is the program that wrote the SBOM, with its version if that is known.
	Tool string
	// Image describes the image. Its reference may be empty.
	Image *seaworthy.Image
	// Packages has each package once.
	Packages []*seaworthy.Package
	// Gaps say what cannot be checked, for [seaworthy.Merged].
	Gaps []*seaworthy.Coverage
}

// ParseAll parses one SBOM in any of the formats, or several in JSON one after the other,
// as this program writes them for several images. An SBOM in an in-toto statement, also in
// a DSSE envelope, is unwrapped without a check of the signature, and so is one in what
// GitHub and Docker wrap it in. An error says in a sentence what is wrong with the data.
func ParseAll(data []byte) ([]*Document, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("it is larger than %d MiB, the maximum size of an SBOM", MaxSize>>20)
	}
	data = trim(data)
	if len(data) == 0 || data[0] != '{' && data[0] != '[' {
		d, err := Parse(data)
		return []*Document{d}, err
	}
	var texts []json.RawMessage
	for decoder := json.NewDecoder(bytes.NewReader(data)); ; {
		var one json.RawMessage
		err := decoder.Decode(&one)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, jsonerror.Explain(data, err)
		}
		texts = append(texts, unpack(one)...)
	}
	var all []*Document
	for i, text := range texts {
		d, err := Parse(text)
		if err != nil && i > 0 {
			err = fmt.Errorf("document %d: %w", i+1, err)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// unpack returns the SBOMs in a JSON value: in {"sbom": ...} of GitHub's dependency graph, in
// {"SPDX": ...} or {"linux/amd64": {"SPDX": ...}} of docker buildx imagetools inspect, and in
// a list. It returns any other value as it is.
func unpack(value json.RawMessage) []json.RawMessage {
	var list []json.RawMessage
	if json.Unmarshal(value, &list) == nil && len(list) > 0 {
		return list
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(value, &members) != nil {
		return []json.RawMessage{value}
	}
	for _, name := range []string{"sbom", "SPDX"} {
		if inner := members[name]; len(inner) > 0 && inner[0] == '{' && len(members) == 1 {
			return []json.RawMessage{inner}
		}
	}
	var perPlatform []json.RawMessage
	for _, platform := range slices.Sorted(maps.Keys(members)) {
		var attached struct {
			SPDX json.RawMessage `json:"SPDX"`
		}
		if !strings.Contains(platform, "/") || json.Unmarshal(members[platform], &attached) != nil || attached.SPDX == nil {
			return []json.RawMessage{value}
		}
		perPlatform = append(perPlatform, attached.SPDX)
	}
	if len(perPlatform) > 0 {
		return perPlatform
	}
	return []json.RawMessage{value}
}

// Parse parses one SBOM.
func Parse(data []byte) (*Document, error) {
	data, err := unwrap(data)
	if err != nil {
		return nil, err
	}
	var b *listing
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
		return nil, errors.New("it is not an SBOM in a known format: " + known)
	}
	if err != nil {
		return nil, err
	}
	return b.document(), nil
}

const known = "CycloneDX (JSON, XML), SPDX 2 (JSON, tag-value) and Syft JSON are supported"

// trim returns the text of a document in UTF-8, without white space around it.
func trim(data []byte) []byte { return bytes.TrimSpace(textfile.Decode(data)) }

// Recognise reports whether the beginning of a file looks like the text of a document and
// not like an image.
func Recognise(head []byte) bool {
	head = trim(head)
	return len(head) > 0 && (head[0] == '{' || head[0] == '<') || bytes.Contains(head, []byte("SPDXVersion:"))
}

// unwrap takes an SBOM out of its attestation, if it is in one.
func unwrap(data []byte) ([]byte, error) {
	data = trim(data)
	if len(data) == 0 || data[0] != '{' {
		return data, nil
	}
	s, ok, err := attestation.Open(data)
	switch {
	case err != nil:
		return nil, jsonerror.Explain(data, err)
	case ok:
		return trim(s.Predicate), nil
	}
	return data, nil
}

func parseJSON(data []byte) (*listing, error) {
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
		return nil, jsonerror.Explain(data, err)
	}
	switch {
	case probe.BOMFormat == "CycloneDX":
		return parseCycloneDX(data)
	case probe.SPDXVersion != "":
		return parseSPDX(data)
	case probe.Artifacts != nil && probe.Descriptor != nil:
		return parseSyft(data)
	case bytes.Contains(probe.Context, []byte("spdx.org/rdf/3.")):
		return nil, errors.New("it is SPDX 3, which is not supported yet: write it as SPDX 2.3 or CycloneDX")
	case probe.SchemaVersion != nil && probe.Results != nil:
		return nil, errors.New("it is a report of Trivy, not an SBOM: trivy --format cyclonedx writes one")
	}
	return nil, errors.New("it is JSON, but not an SBOM in a known format: " + known)
}
