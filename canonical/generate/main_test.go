package main

import (
	"bytes"
	"os"
	"testing"
)

// TestFresh: encoders.go is what the types of today give.
func TestFresh(t *testing.T) {
	got, err := os.ReadFile("../" + generated)
	if err != nil {
		t.Fatal(err)
	}
	want, err := encoders("..")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not of the types of today: go generate ./canonical", generated)
	}
}
