// Says what the kstatus library, by which Helm, Flux and others judge whether a resource is ready, makes of each object on stdin (JSON,
// one or several, or a List): a line an object with NAMESPACE/NAME, the status (Current, InProgress, Failed, Terminating, NotFound,
// Unknown) and its message, separated by tabs.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func fail(err error) {
	fmt.Fprintln(os.Stderr, "kstatus:", err)
	os.Exit(1)
}

func judge(object *unstructured.Unstructured) error {
	result, err := status.Compute(object)
	if err == nil {
		fmt.Printf("%s/%s\t%s\t%s\n", object.GetNamespace(), object.GetName(), result.Status, result.Message)
	}
	return err
}

func main() {
	decoder := json.NewDecoder(os.Stdin)
	for {
		var document json.RawMessage
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			fail(err)
		}
		var object unstructured.Unstructured
		if err := object.UnmarshalJSON(document); err != nil { // whole numbers as such, which encoding/json alone does not give
			fail(err)
		}
		items := []unstructured.Unstructured{object}
		if object.IsList() {
			list, err := object.ToList()
			if err != nil {
				fail(err)
			}
			items = list.Items
		}
		for index := range items {
			if err := judge(&items[index]); err != nil {
				fail(err)
			}
		}
	}
}
