// Package jsonerror explains the errors of encoding/json to users, who see the document and
// not the Go types that it is decoded into.
package jsonerror

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Explain returns the error of decoding a document as a sentence with the line, for an
// invalid document as well as for a value of another type than expected. It returns any
// other error unchanged. The data is the document up to the error, or more of it; nil if it
// is not in memory, so that the line is not known.
func Explain(data []byte, err error) error {
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &syntax) && strings.HasPrefix(syntax.Error(), "unexpected end"):
		return errors.New("it is JSON that ends before it is complete")
	case errors.As(err, &syntax):
		return fmt.Errorf("it is invalid JSON: %s%w", line(data, syntax.Offset), syntax)
	case errors.As(err, &mismatch):
		subject := mismatch.Field
		if subject == "" {
			subject = "it"
		}
		kind, _, _ := strings.Cut(mismatch.Value, " ") // "number 1e400" or "number"
		return fmt.Errorf("%s%s must not be a JSON %s", line(data, mismatch.Offset), subject, kind)
	}
	return err
}

// line returns "line 3: " for an offset, "" without data.
func line(data []byte, offset int64) string {
	if data == nil {
		return ""
	}
	before := data[:min(max(offset, 0), int64(len(data)))]
	return fmt.Sprintf("line %d: ", 1+bytes.Count(before, []byte("\n")))
}
