package instruction_test

import (
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/instruction"
)

func TestHistoryBinds(t *testing.T) {
	c := seaworthy.ImageConfig{History: []seaworthy.History{
		{CreatedBy: "/bin/sh -c #(nop) ADD file:0123456789abcdef0123456789abcdef in / "},
		{CreatedBy: `/bin/sh -c #(nop)  CMD ["sh"]`, EmptyLayer: true},
		{CreatedBy: "RUN /bin/sh -c apk add curl # buildkit", Comment: "buildkit.dockerfile.v0"},
	}}
	steps, bound := instruction.History(c, 2)
	if !bound {
		t.Fatal("two layers and two steps that made one are not bound")
	}
	for i, want := range []int{0, -1, 1} {
		if steps[i].Layer != want || steps[i].History != i {
			t.Errorf("step %d (%s): layer %d, history %d; want %d, %d", i, steps[i], steps[i].Layer, steps[i].History, want, i)
		}
	}
	steps, bound = instruction.History(c, 3)
	if bound {
		t.Error("three layers are bound to two steps")
	}
	for _, s := range steps {
		if s.Layer != -1 {
			t.Errorf("%s is bound to layer %d of an image whose history does not fit", s, s.Layer)
		}
	}
}
