// Runs what controllers written in Go do against the cluster of a kubeconfig, and prints a line of JSON for each.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// cluster is what a scenario works with: clients, and a namespace that is the program's own.
type cluster struct {
	config    *rest.Config
	clientset *kubernetes.Clientset
	dynamic   *dynamic.DynamicClient
	namespace string
}

type scenario struct {
	name string
	run  func(context.Context, *cluster) error
}

type verdict struct {
	Name  string `json:"name"`
	Error string `json:"error,omitempty"`
}

// patience is how long a scenario may wait for what it is to see.
const patience = 30 * time.Second

func main() {
	kubeconfig := flag.String("kubeconfig", "", "file of an administrator's kubeconfig")
	namespace := flag.String("namespace", "", "namespace to work in; must be there")
	flag.Parse()
	c, err := connect(*kubeconfig, *namespace)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	out := json.NewEncoder(os.Stdout)
	for _, s := range scenarios() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		v := verdict{Name: s.name}
		if err := s.run(ctx, c); err != nil {
			v.Error = err.Error()
		}
		cancel()
		_ = out.Encode(v)
	}
}

func scenarios() []scenario {
	return []scenario{
		{"an informer sees what is there and every later change", informerSeesChanges},
		{"an informer resyncs what it holds", informerResyncs},
		{"an informer lists anew when its revision is too old", informerRelists},
		{"a dynamic informer follows a kind that was defined meanwhile", dynamicInformer},
		{"a metadata informer sees metadata alone", metadataInformer},
		{"a pager reads a list in pages", pagerReadsAll},
		{"typed clients speak protobuf", protobufClient},
		{"a typed apply owns its fields, and conflicts are told", typedApply},
		{"a lease has one leader, and another when that lets go", leaderElection},
		{"a conflict is retried until it is none", retryOnConflict},
		{"a mapper finds resources by their kinds and short names", restMapper},
		{"an event is recorded and counted", eventRecorder},
	}
}

func connect(kubeconfig, namespace string) (*cluster, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 200, 400
	clientset, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	dyn, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	return &cluster{config: config, clientset: clientset, dynamic: dyn, namespace: namespace}, nil
}
