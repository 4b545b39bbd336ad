package main

import (
	"os"
	"testing"
)

// TestFresh: descriptions.txt is what the comments say now.
func TestFresh(t *testing.T) {
	want, err := describe("../..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../descriptions.txt")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("descriptions.txt is not fresh: run go generate ./canonical/schema")
	}
}
