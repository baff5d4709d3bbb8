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
)

// The media types that are asked for and understood. See the OCI image
// specification, media-types.md, and Docker's image manifest V2 schema 2.
const (
	mediaOCIIndex       = "application/vnd.oci.image.index.v1+json"
	mediaOCIManifest    = "application/vnd.oci.image.manifest.v1+json"
	mediaOCIConfig      = "application/vnd.oci.image.config.v1+json"
	mediaDockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	mediaDockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	mediaDockerConfig   = "application/vnd.docker.container.image.v1+json"
	mediaDockerSchema1  = "application/vnd.docker.distribution.manifest.v1+json"
)

// The annotations of the OCI image specification, BuildKit and containerd that
// tell what a descriptor is for.
const (
	annotationRefName   = "org.opencontainers.image.ref.name"
	annotationImageName = "io.containerd.image.name"
	annotationKind      = "vnd.docker.reference.type"
)

// maxElements bounds the elements of a JSON document, so that a small document
// cannot become a large value in memory.
const maxElements = 1_000_000

// descriptor is an OCI content descriptor.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations"`
	Platform    *platform         `json:"platform"`
}

// check tells whether the descriptor's own fields make sense.
func (d descriptor) check() error {
	if _, err := newVerifier(d.Digest); err != nil {
		return err
	}
	if d.Size < 0 {
		return fmt.Errorf("%s has a negative size, %d", d.Digest, d.Size)
	}
	return nil
}

// isAttestation is true for what BuildKit stores in an index beside the images:
// provenance and SBOMs in the form of manifests.
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
}

func (d *document) isIndex() bool { return d.Config == nil && d.Layers == nil }

// parseDocument reads an image manifest or an image index, and refuses what is
// neither or could be taken for both.
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
		return nil, errors.New("the document is both an image manifest and an index, so that its meaning depends on the reader")
	}
	switch d.MediaType {
	case mediaOCIIndex, mediaDockerList:
		if !d.isIndex() {
			return nil, fmt.Errorf("the document says that it is %s but has the fields of an image manifest", d.MediaType)
		}
	case mediaOCIManifest, mediaDockerManifest:
		if d.isIndex() {
			return nil, fmt.Errorf("the document says that it is %s but has no config", d.MediaType)
		}
	}
	if !d.isIndex() && d.Config == nil {
		return nil, errors.New("the image manifest has no config")
	}
	return &d, nil
}

// checkImage tells whether an image manifest is that of a container image, and
// whether its descriptors make sense.
func (d *document) checkImage(limits Limits) error {
	switch d.Config.MediaType {
	case mediaOCIConfig, mediaDockerConfig, "", "application/json", "application/octet-stream":
	default:
		return fmt.Errorf("no container image: its configuration is of type %q", d.Config.MediaType)
	}
	if len(d.Layers) > limits.Layers {
		return fmt.Errorf("the image has %d layers; at most %d are read", len(d.Layers), limits.Layers)
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

// parseConfig reads an image configuration for an image of so many layers.
func parseConfig(data []byte, layers int) (seaworthy.ImageConfig, error) {
	if err := checkJSON(data); err != nil {
		return seaworthy.ImageConfig{}, err
	}
	c, err := seaworthy.ParseImageConfig(data)
	if err != nil {
		return seaworthy.ImageConfig{}, jsonError(err)
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

// unmarshal is json.Unmarshal for what an attacker wrote.
func unmarshal(data []byte, v any) error {
	if err := checkJSON(data); err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return jsonError(err)
	}
	return nil
}

func checkJSON(data []byte) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return errors.New("the document is empty")
	}
	if n := bytes.Count(data, []byte(",")); n > maxElements {
		return fmt.Errorf("the JSON document has about %d elements; at most %d are read", n, maxElements)
	}
	return nil
}

func jsonError(err error) error { return fmt.Errorf("not the JSON that was expected: %w", err) }

// verifier tells whether bytes have the digest that is claimed for them.
type verifier struct {
	hash.Hash
	digest, want string
}

// newVerifier reads a digest as of the OCI image specification, algorithm:hex
// with sha256 or sha512.
func newVerifier(digest string) (*verifier, error) {
	algorithm, want, _ := strings.Cut(digest, ":")
	var h hash.Hash
	switch algorithm {
	case "sha256":
		h = sha256.New()
	case "sha512":
		h = sha512.New()
	default:
		return nil, fmt.Errorf("%q is no digest of sha256 or sha512", shorten(digest))
	}
	if len(want) != 2*h.Size() || strings.Trim(want, "0123456789abcdef") != "" {
		return nil, fmt.Errorf("%q is no digest: %d lower-case hexadecimal digits must follow %q", shorten(digest), 2*h.Size(), algorithm+":")
	}
	return &verifier{h, digest, want}, nil
}

// verify is nil if what was written has the digest.
func (v *verifier) verify() error {
	if got := hex.EncodeToString(v.Sum(nil)); got != v.want {
		algorithm, _, _ := strings.Cut(v.digest, ":")
		return fmt.Errorf("wrong digest: the content of %s has %s:%s", v.digest, algorithm, got)
	}
	return nil
}

// verifyDigest is nil if data has the digest.
func verifyDigest(digest string, data []byte) error {
	v, err := newVerifier(digest)
	if err != nil {
		return err
	}
	v.Write(data)
	return v.verify()
}

func sha256Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// shorten keeps what an image says from flooding a message.
func shorten(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}
