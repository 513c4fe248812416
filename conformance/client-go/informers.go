package main

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/tools/cache"
)

func configMap(name string, data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"made-by": name}}, Data: data}
}

// changes collects what an informer's handlers are told, as "add NAME", "update NAME" and "delete NAME".
func changes(informer cache.SharedIndexInformer) (<-chan string, error) {
	told := make(chan string, 1000)
	name := func(object any) string {
		key, _ := cache.DeletionHandlingMetaNamespaceKeyFunc(object)
		_, name, _ := cache.SplitMetaNamespaceKey(key)
		return name
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { told <- "add " + name(object) },
		UpdateFunc: func(_, object any) { told <- "update " + name(object) },
		DeleteFunc: func(object any) { told <- "delete " + name(object) },
	})
	return told, err
}

// expect reads until it has been told each of these in this order; what comes between is passed over.
func expect(ctx context.Context, told <-chan string, wanted ...string) error {
	for _, want := range wanted {
		for {
			select {
			case got := <-told:
				if got == want {
					break
				}
				continue
			case <-ctx.Done():
				return fmt.Errorf("was never told %q", want)
			}
			break
		}
	}
	return nil
}

func (c *cluster) change(ctx context.Context, name string) error {
	maps := c.clientset.CoreV1().ConfigMaps(c.namespace)
	made, err := maps.Create(ctx, configMap(name, nil), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	made.Data = map[string]string{"a": "1"}
	if _, err := maps.Update(ctx, made, metav1.UpdateOptions{}); err != nil {
		return err
	}
	return maps.Delete(ctx, name, metav1.DeleteOptions{})
}

func informerSeesChanges(ctx context.Context, c *cluster) error {
	maps := c.clientset.CoreV1().ConfigMaps(c.namespace)
	if _, err := maps.Create(ctx, configMap("there-before", nil), metav1.CreateOptions{}); err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactoryWithOptions(c.clientset, 0, informers.WithNamespace(c.namespace))
	informer := factory.Core().V1().ConfigMaps().Informer()
	told, err := changes(informer)
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	if err := expect(ctx, told, "add there-before"); err != nil {
		return err
	}
	if err := c.change(ctx, "changing"); err != nil {
		return err
	}
	return expect(ctx, told, "add changing", "update changing", "delete changing")
}

func informerResyncs(ctx context.Context, c *cluster) error {
	maps := c.clientset.CoreV1().ConfigMaps(c.namespace)
	if _, err := maps.Create(ctx, configMap("resynced", nil), metav1.CreateOptions{}); err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactoryWithOptions(c.clientset, time.Second, informers.WithNamespace(c.namespace))
	told, err := changes(factory.Core().V1().ConfigMaps().Informer())
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	return expect(ctx, told, "add resynced", "update resynced")
}

// informerRelists gives the reflector a first list that claims revision 1: a server that remembers so far replays, one that
// does not answers 410. The informer must end with what is there in both cases.
func informerRelists(ctx context.Context, c *cluster) error {
	maps := c.clientset.CoreV1().ConfigMaps(c.namespace)
	if _, err := maps.Create(ctx, configMap("relisted", nil), metav1.CreateOptions{}); err != nil {
		return err
	}
	selection := metav1.ListOptions{LabelSelector: "made-by=relisted"}
	first := true
	source := &cache.ListWatch{
		ListFunc: func(options metav1.ListOptions) (runtime.Object, error) {
			options.LabelSelector = selection.LabelSelector
			list, err := maps.List(ctx, options)
			if err == nil && first {
				first = false
				list.ResourceVersion = "1"
				list.Items = nil
			}
			return list, err
		},
		WatchFunc: func(options metav1.ListOptions) (watch.Interface, error) {
			options.LabelSelector = selection.LabelSelector
			return maps.Watch(ctx, options)
		},
		DisableChunking: true,
	}
	informer := cache.NewSharedIndexInformer(source, &corev1.ConfigMap{}, 0, cache.Indexers{})
	told, err := changes(informer)
	if err != nil {
		return err
	}
	go informer.Run(ctx.Done())
	return expect(ctx, told, "add relisted")
}

var definitions = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}

// define makes a kind of the program's own and waits until it is established.
func (c *cluster) define(ctx context.Context, plural, kind string) (schema.GroupVersionResource, func(), error) {
	group := c.namespace + ".client-go.example.com"
	open := map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}
	definition := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1",
		"kind":       "CustomResourceDefinition",
		"metadata":   map[string]any{"name": plural + "." + group},
		"spec": map[string]any{
			"group":    group,
			"scope":    "Namespaced",
			"names":    map[string]any{"plural": plural, "kind": kind, "shortNames": []any{"cgo"}},
			"versions": []any{map[string]any{"name": "v1", "served": true, "storage": true, "schema": map[string]any{"openAPIV3Schema": open}}},
		},
	}}
	resource := schema.GroupVersionResource{Group: group, Version: "v1", Resource: plural}
	if _, err := c.dynamic.Resource(definitions).Create(ctx, definition, metav1.CreateOptions{}); err != nil {
		return resource, nil, err
	}
	remove := func() {
		_ = c.dynamic.Resource(definitions).Delete(context.Background(), plural+"."+group, metav1.DeleteOptions{})
	}
	served := func(ctx context.Context) (bool, error) {
		_, err := c.dynamic.Resource(resource).Namespace(c.namespace).List(ctx, metav1.ListOptions{})
		return err == nil, nil
	}
	return resource, remove, wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, served)
}

func dynamicInformer(ctx context.Context, c *cluster) error {
	resource, remove, err := c.define(ctx, "gadgets", "Gadget")
	if err != nil {
		return err
	}
	defer remove()
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(c.dynamic, 0, c.namespace, nil)
	told, err := changes(factory.ForResource(resource).Informer())
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	gadgets := c.dynamic.Resource(resource).Namespace(c.namespace)
	gadget := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": resource.GroupVersion().String(),
		"kind":       "Gadget",
		"metadata":   map[string]any{"name": "one"},
		"spec":       map[string]any{"size": int64(1)},
	}}
	if gadget, err = gadgets.Create(ctx, gadget, metav1.CreateOptions{}); err != nil {
		return err
	}
	if err := unstructured.SetNestedField(gadget.Object, int64(2), "spec", "size"); err != nil {
		return err
	}
	if _, err := gadgets.Update(ctx, gadget, metav1.UpdateOptions{}); err != nil {
		return err
	}
	if err := gadgets.Delete(ctx, "one", metav1.DeleteOptions{}); err != nil {
		return err
	}
	return expect(ctx, told, "add one", "update one", "delete one")
}

func metadataInformer(ctx context.Context, c *cluster) error {
	client, err := metadata.NewForConfig(c.config)
	if err != nil {
		return err
	}
	factory := metadatainformer.NewFilteredSharedInformerFactory(client, 0, c.namespace, nil)
	told, err := changes(factory.ForResource(corev1.SchemeGroupVersion.WithResource("configmaps")).Informer())
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	if err := c.change(ctx, "metadata-only"); err != nil {
		return err
	}
	return expect(ctx, told, "add metadata-only", "update metadata-only", "delete metadata-only")
}
