package seaworthy

import (
	"encoding/json"
	"time"
)

// Image is a container image for one platform.
type Image struct {
	// Reference is the image as the user named it.
	Reference string `json:"reference"`
	// Repository is the repository in a registry that the image was read from, with
	// the registry: "docker.io/library/alpine"; empty for any other source.
	Repository string `json:"repository,omitempty"`
	// Names are the names of the image in the archive, layout or daemon, unchanged:
	// "alpine:3", "docker.io/library/alpine:3"; nil for any other source.
	Names []string `json:"names,omitempty"`
	// Engine is the local engine that the image was read from, with its address, such as
	// "Docker daemon at unix:///var/run/docker.sock"; empty for any other source.
	Engine string `json:"engine,omitempty"`
	// Digest is the digest of the image manifest; empty if there is no manifest (a root
	// file system, a Docker archive of the old format).
	Digest string `json:"digest,omitempty"`
	// IndexDigest is the digest of the image index that lists the manifest: the digest
	// that a tag of a multi-platform image resolves to. It is that of the outermost index
	// if they are nested, and empty if there is none.
	IndexDigest string `json:"indexDigest,omitempty"`
	// ImageID is the digest of the image configuration.
	ImageID string `json:"imageID,omitempty"`
	// Platform is os/architecture[/variant], as the configuration says.
	Platform string `json:"platform,omitempty"`
	// OS is the distribution according to os-release in the image; nil if there is no
	// os-release.
	OS *OS `json:"os,omitempty"`
	// Created is when the image was built, as the configuration says; nil if it
	// does not say.
	Created *time.Time `json:"created,omitempty"`
	// Size is the sum of the layers' sizes, in bytes.
	Size int64 `json:"size"`
	// BaseBoundary is the number of layers that are those of the base image; nil if that
	// is not known.
	BaseBoundary *int `json:"baseBoundary,omitempty"`
	// Base says what else is known of the base image; nil if nothing is.
	Base *Base `json:"base,omitempty"`
	// Layers are the layers from the base up.
	Layers []Layer `json:"layers"`

	// Documents are the JSON documents that describe the image, as they were read: its
	// configuration, manifest, indexes, and the attestations in the index. It is nil unless
	// an analyzer of secrets runs. It is not in the report.
	Documents []Document `json:"-"`
	// Config is the OCI image configuration. It is not part of the report.
	Config ImageConfig `json:"-"`
	// Tag is the tag by which the image was requested from a registry or the Docker daemon:
	// that of the reference, or "latest". It is empty if the image was requested by digest,
	// or comes from another source. It is not part of the report.
	Tag string `json:"-"`
}

// Base is a base image.
type Base struct {
	// Reference is its reference according to the user, or to the history or a label of the
	// image; empty if it is not known.
	Reference string `json:"reference,omitempty"`
	// Digest is the digest of its manifest; empty if that is not known.
	Digest string `json:"digest,omitempty"`
	// Evidence says how [Image.BaseBoundary] was found, in words; empty if it is not known.
	Evidence string `json:"evidence,omitempty"`
	// Exact is true if BaseBoundary is the exact number of layers of the base image. If it
	// is false, the base image has at least so many.
	Exact bool `json:"exact,omitempty"`
}

// Document is a JSON document that describes an image.
type Document struct {
	// Name says which document it is: "configuration", "manifest", "index", or
	// "attestation" with its predicate type.
	Name string
	Data []byte
}

// Layer is one layer of an image.
type Layer struct {
	// Index counts from 0, which is the lowest layer.
	Index int `json:"index"`
	// Digest is the digest of the layer's blob as it is stored or transferred;
	// empty for a root file system.
	Digest string `json:"digest,omitempty"`
	// DiffID is the digest of the uncompressed tar stream.
	DiffID string `json:"diffID"`
	// Size is the length of the uncompressed tar stream, in bytes.
	Size int64 `json:"size"`
	// Instruction is the build instruction that made the layer, in Dockerfile
	// form; empty if the history has none.
	Instruction string `json:"instruction,omitempty"`
}

// OS identifies a distribution by the fields of os-release(5).
type OS struct {
	ID         string `json:"id"`
	VersionID  string `json:"versionID,omitempty"`
	PrettyName string `json:"prettyName,omitempty"`
}

// ImageConfig is the part of the OCI image configuration that Seaworthy reads,
// with Docker's extensions (Healthcheck, OnBuild, Shell).
type ImageConfig struct {
	Created      *time.Time      `json:"created"`
	Author       string          `json:"author"`
	Architecture string          `json:"architecture"`
	Variant      string          `json:"variant"`
	OS           string          `json:"os"`
	Config       ContainerConfig `json:"config"`
	RootFS       RootFS          `json:"rootfs"`
	History      []History       `json:"history"`
}

// ContainerConfig has the defaults for a container that is started from the image.
type ContainerConfig struct {
	User         string              `json:"User"`
	ExposedPorts map[string]struct{} `json:"ExposedPorts"`
	Env          []string            `json:"Env"`
	Entrypoint   []string            `json:"Entrypoint"`
	Cmd          []string            `json:"Cmd"`
	Volumes      map[string]struct{} `json:"Volumes"`
	WorkingDir   string              `json:"WorkingDir"`
	Labels       map[string]string   `json:"Labels"`
	StopSignal   string              `json:"StopSignal"`
	Healthcheck  *Healthcheck        `json:"Healthcheck"`
	OnBuild      []string            `json:"OnBuild"`
	Shell        []string            `json:"Shell"`
	ArgsEscaped  bool                `json:"ArgsEscaped"`
}

// Healthcheck is Docker's HEALTHCHECK. Test is empty (inherit), {"NONE"},
// {"CMD", args...} or {"CMD-SHELL", command}.
type Healthcheck struct {
	Test []string `json:"Test"`
}

// RootFS lists the diffIDs of the layers, base first.
type RootFS struct {
	DiffIDs []string `json:"diff_ids"`
}

// History is one step of the build.
type History struct {
	Created    *time.Time `json:"created"`
	CreatedBy  string     `json:"created_by"`
	Comment    string     `json:"comment"`
	Author     string     `json:"author,omitempty"`
	EmptyLayer bool       `json:"empty_layer"`
}

// ParseImageConfig reads an OCI image configuration or Docker's V2 image
// configuration. Unknown fields are ignored, as the OCI specification asks.
func ParseImageConfig(data []byte) (ImageConfig, error) {
	var c ImageConfig
	if err := json.Unmarshal(data, &c); err != nil {
		return ImageConfig{}, err
	}
	return c, nil
}

// Platform returns os/architecture[/variant], or "" if the configuration has neither an
// operating system nor an architecture.
func (c ImageConfig) Platform() string {
	if c.OS == "" && c.Architecture == "" {
		return ""
	}
	p := c.OS + "/" + c.Architecture
	if c.Variant != "" {
		p += "/" + c.Variant
	}
	return p
}
