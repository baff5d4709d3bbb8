package image

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// The supported media types. See the OCI image specification, media-types.md, and
// Docker's image manifest V2 schema 2. Schema 1 is recognised in order to refuse it.
const (
	mediaOCIIndex       = "application/vnd.oci.image.index.v1+json"
	mediaOCIManifest    = "application/vnd.oci.image.manifest.v1+json"
	mediaOCIConfig      = "application/vnd.oci.image.config.v1+json"
	mediaDockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	mediaDockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	mediaDockerConfig   = "application/vnd.docker.container.image.v1+json"
	mediaDockerSchema1  = "application/vnd.docker.distribution.manifest.v1+json"
)

// The annotations that say what a descriptor is for, from the OCI image specification,
// containerd and BuildKit.
const (
	annotationRefName   = "org.opencontainers.image.ref.name"
	annotationImageName = "io.containerd.image.name"
	annotationKind      = "vnd.docker.reference.type"
	annotationSubject   = "vnd.docker.reference.digest"
	annotationPredicate = "in-toto.io/predicate-type"
)

// maxElements limits the elements of a JSON document: a small document could otherwise
// become a large value in memory.
const maxElements = 1_000_000

// descriptor is an OCI content descriptor.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations"`
	Platform    *platform         `json:"platform"`
}

// check validates the digest and the size.
func (d descriptor) check() error {
	if _, err := newVerifier(d.Digest); err != nil {
		return err
	}
	if d.Size < 0 {
		return fmt.Errorf("%s has a negative size, %d", d.Digest, d.Size)
	}
	return nil
}

// isAttestation reports whether the descriptor is an attestation manifest of BuildKit:
// provenance and SBOMs, which BuildKit adds to the index of an image.
func (d descriptor) isAttestation() bool {
	return d.Annotations[annotationKind] != "" ||
		d.Platform != nil && d.Platform.OS == "unknown" && d.Platform.Architecture == "unknown"
}

// document is an image manifest or an image index.
type document struct {
	SchemaVersion int             `json:"schemaVersion"`
	MediaType     string          `json:"mediaType"`
	Manifests     []descriptor    `json:"manifests"`
	Config        *descriptor     `json:"config"`
	Layers        []descriptor    `json:"layers"`
	FSLayers      json.RawMessage `json:"fsLayers"`

	raw []byte // the document as it was read
}

// isIndex reports whether the document is an image index.
func (d *document) isIndex() bool { return d.Config == nil && d.Layers == nil }

// parseDocument parses an image manifest or an image index. A document that is neither,
// or that could be read as both, is an error.
func parseDocument(data []byte) (*document, error) {
	var d document
	if err := unmarshal(data, &d); err != nil {
		return nil, err
	}
	if d.SchemaVersion == 1 || d.FSLayers != nil || strings.HasPrefix(d.MediaType, mediaDockerSchema1[:len(mediaDockerSchema1)-len("+json")]) {
		return nil, withHint(errors.New("the manifest is of Docker's schema 1, which was withdrawn in 2017"),
			"pull and push the image with a current Docker to convert it")
	}
	if d.SchemaVersion != 2 {
		return nil, fmt.Errorf("neither an image manifest nor an index: schemaVersion is %d, not 2", d.SchemaVersion)
	}
	if d.Manifests != nil && !d.isIndex() {
		return nil, errors.New("the document is both an image manifest and an index: programs disagree about what it means")
	}
	switch d.MediaType {
	case mediaOCIIndex, mediaDockerList:
		if !d.isIndex() {
			return nil, fmt.Errorf("the document has the media type %s but the fields of an image manifest", d.MediaType)
		}
	case mediaOCIManifest, mediaDockerManifest:
		if d.isIndex() {
			return nil, fmt.Errorf("the document has the media type %s but no config", d.MediaType)
		}
	}
	if !d.isIndex() && d.Config == nil {
		return nil, errors.New("the image manifest has no config")
	}
	d.raw = data
	return &d, nil
}

// checkImage returns an error if the manifest is not that of a container image, has
// invalid descriptors or is over a limit.
func (d *document) checkImage(limits Limits) error {
	switch d.Config.MediaType {
	case mediaOCIConfig, mediaDockerConfig, "", "application/json", "application/octet-stream":
	default:
		return fmt.Errorf("not a container image: its configuration has the type %q", d.Config.MediaType)
	}
	if len(d.Layers) > limits.Layers {
		return fmt.Errorf("the image has %d layers; the maximum is %d", len(d.Layers), limits.Layers)
	}
	if err := d.Config.check(); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	for i, l := range d.Layers {
		if err := l.check(); err != nil {
			return fmt.Errorf("layer %d: %w", i, err)
		}
	}
	return nil
}

// parseConfig parses the configuration of an image with the given number of layers.
func parseConfig(data []byte, layers int) (seaworthy.ImageConfig, error) {
	if err := checkJSON(data); err != nil {
		return seaworthy.ImageConfig{}, err
	}
	c, err := seaworthy.ParseImageConfig(data)
	if err != nil {
		return seaworthy.ImageConfig{}, jsonError(data, err)
	}
	if n := len(c.RootFS.DiffIDs); n != layers {
		return seaworthy.ImageConfig{}, fmt.Errorf("the configuration lists %d layers (rootfs.diff_ids), the manifest %d", n, layers)
	}
	for i, id := range c.RootFS.DiffIDs {
		if _, err := newVerifier(id); err != nil {
			return seaworthy.ImageConfig{}, fmt.Errorf("diffID of layer %d: %w", i, err)
		}
	}
	return c, nil
}

// unmarshal is [json.Unmarshal] with a limit on the number of elements.
func unmarshal(data []byte, v any) error {
	if err := checkJSON(data); err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return jsonError(data, err)
	}
	return nil
}

// checkJSON returns an error if a document is empty or has too many elements.
func checkJSON(data []byte) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return errors.New("the document is empty")
	}
	if n := bytes.Count(data, []byte(",")); n > maxElements {
		return fmt.Errorf("the JSON document has about %d elements; the maximum is %d", n, maxElements)
	}
	return nil
}

func jsonError(data []byte, err error) error {
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		err = jsonerror.Explain(data, err)
	}
	return fmt.Errorf("invalid JSON: %w", err)
}

// verifier compares the digest of the bytes written to it with the expected digest.
type verifier struct {
	hash.Hash
	digest string // expected, algorithm:hex
	want   string // the hexadecimal digits of digest
}

// newVerifier parses a digest of the OCI image specification, algorithm:hex. The
// supported algorithms are sha256 and sha512.
func newVerifier(digest string) (*verifier, error) {
	algorithm, want, _ := strings.Cut(digest, ":")
	var h hash.Hash
	switch algorithm {
	case "sha256":
		h = sha256.New()
	case "sha512":
		h = sha512.New()
	default:
		return nil, fmt.Errorf("invalid digest %q: want the algorithm sha256 or sha512", shorten(digest))
	}
	if len(want) != 2*h.Size() || strings.Trim(want, "0123456789abcdef") != "" {
		return nil, fmt.Errorf("invalid digest %q: want %d lower-case hexadecimal digits after %q", shorten(digest), 2*h.Size(), algorithm+":")
	}
	return &verifier{h, digest, want}, nil
}

// verify returns an error if the bytes written do not have the expected digest.
func (v *verifier) verify() error {
	if got := hex.EncodeToString(v.Sum(nil)); got != v.want {
		algorithm, _, _ := strings.Cut(v.digest, ":")
		return fmt.Errorf("wrong digest: want %s, the content has %s:%s", v.digest, algorithm, got)
	}
	return nil
}

// verifyDigest returns an error if data does not have the digest.
func verifyDigest(digest string, data []byte) error {
	v, err := newVerifier(digest)
	if err != nil {
		return err
	}
	v.Write(data)
	return v.verify()
}

// sha256Digest returns the digest of data, "sha256:...".
func sha256Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// shorten returns the first 200 bytes of a string that an image controls, for a message.
func shorten(s string) string {
	const limit = 200
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "..."
}
