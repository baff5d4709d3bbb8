package pyc_test

import (
	"fmt"
	"log"
	"os"

	"seaworthy.dev/seaworthy/internal/pyc"
)

// assignments is a Visitor that prints assignments of texts.
type assignments struct{ file []byte }

func (a assignments) Assign(name pyc.Name, value pyc.Span) error {
	fmt.Printf("%s = %q at byte %d\n", name.Name.In(a.file), value.In(a.file), value.From)
	return nil
}
func (assignments) SetItem(_, _ pyc.Span) error         { return nil }
func (assignments) Entry(_, _ pyc.Span) error           { return nil }
func (assignments) Default(_, _ pyc.Span) error         { return nil }
func (assignments) Call(pyc.Name, []pyc.Argument) error { return nil }
func (assignments) Constant(pyc.Span) error             { return nil }

func Example() {
	file, err := os.ReadFile("settings.cpython-312.pyc")
	if err != nil {
		log.Fatal(err)
	}
	if err := pyc.Read(file, assignments{file}); err != nil {
		log.Fatal(err)
	}
}
