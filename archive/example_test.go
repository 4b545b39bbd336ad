package archive_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/edibridge/edibridge/archive"
)

// A body goes in, and comes back verified.
func Example() {
	path, err := os.MkdirTemp("", "archive")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(path)
	dir, err := archive.OpenDir(path, archive.DirOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer dir.Close()
	a := archive.New(dir, archive.Options{Clock: november})

	ctx := context.Background()
	o, err := a.Put(ctx, "acme", strings.NewReader("ISA*00*~"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("durable:", o.Size, "bytes in pack", o.Pack)

	body, err := a.Get(ctx, o)
	if err != nil {
		log.Fatal(err)
	}
	defer body.Close()
	text, err := io.ReadAll(body) // nil: every byte is the one that was put
	fmt.Println(string(text), err)
	// Output:
	// durable: 8 bytes in pack 2026-11-0000000001
	// ISA*00*~ <nil>
}
