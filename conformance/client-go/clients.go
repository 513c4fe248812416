package main

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/pager"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/retry"
)

func pagerReadsAll(ctx context.Context, c *cluster) error {
	maps := c.clientset.CoreV1().ConfigMaps(c.namespace)
	for index := range 7 {
		made := configMap(fmt.Sprintf("paged-%d", index), nil)
		made.Labels = map[string]string{"paged": "yes"}
		if _, err := maps.Create(ctx, made, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	pages := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		return maps.List(ctx, options)
	})
	pages.PageSize = 3
	seen := 0
	err := pages.EachListItem(ctx, metav1.ListOptions{LabelSelector: "paged"}, func(runtime.Object) error {
		seen++
		return nil
	})
	if err == nil && seen != 7 {
		return fmt.Errorf("saw %d of 7", seen)
	}
	return err
}

// protobufClient speaks as controllers of Kubernetes itself do.
func protobufClient(ctx context.Context, c *cluster) error {
	config := rest.CopyConfig(c.config)
	config.ContentType = runtime.ContentTypeProtobuf
	config.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	maps := client.CoreV1().ConfigMaps(c.namespace)
	made, err := maps.Create(ctx, configMap("protobuf", map[string]string{"a": "1"}), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	watcher, err := maps.Watch(ctx, metav1.ListOptions{ResourceVersion: made.ResourceVersion, FieldSelector: "metadata.name=protobuf"})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	made.Data["a"] = "2"
	if _, err := maps.Update(ctx, made, metav1.UpdateOptions{}); err != nil {
		return err
	}
	event := <-watcher.ResultChan()
	if seen, ok := event.Object.(*corev1.ConfigMap); !ok || seen.Data["a"] != "2" {
		return fmt.Errorf("the watch told of %v", event)
	}
	_, err = maps.Get(ctx, "absent", metav1.GetOptions{})
	if !apierrors.IsNotFound(err) {
		return fmt.Errorf("what is not there is answered by %v", err)
	}
	return nil
}

func typedApply(ctx context.Context, c *cluster) error {
	maps := c.clientset.CoreV1().ConfigMaps(c.namespace)
	wanted := func(value string) *applycorev1.ConfigMapApplyConfiguration {
		return applycorev1.ConfigMap("applied", c.namespace).WithData(map[string]string{"a": value})
	}
	if _, err := maps.Apply(ctx, wanted("1"), metav1.ApplyOptions{FieldManager: "one"}); err != nil {
		return err
	}
	if _, err := maps.Apply(ctx, wanted("2"), metav1.ApplyOptions{FieldManager: "two"}); !apierrors.IsConflict(err) {
		return fmt.Errorf("expected a conflict, got %v", err)
	}
	forced, err := maps.Apply(ctx, wanted("2"), metav1.ApplyOptions{FieldManager: "two", Force: true})
	if err != nil {
		return err
	}
	extracted, err := applycorev1.ExtractConfigMap(forced, "two")
	if err != nil {
		return err
	}
	if extracted.Data["a"] != "2" {
		return fmt.Errorf("two owns %v", extracted.Data)
	}
	return nil
}

func leaderElection(ctx context.Context, c *cluster) error {
	run := func(ctx context.Context, identity string, leads chan<- string) {
		lock := &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Namespace: c.namespace, Name: "election"},
			Client:     c.clientset.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: identity},
		}
		leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
			Lock:            lock,
			ReleaseOnCancel: true,
			LeaseDuration:   4 * time.Second,
			RenewDeadline:   3 * time.Second,
			RetryPeriod:     200 * time.Millisecond,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(context.Context) { leads <- identity },
				OnStoppedLeading: func() {},
			},
		})
	}
	leads := make(chan string, 2)
	firstTerm, resign := context.WithCancel(ctx)
	go run(firstTerm, "first", leads)
	defer resign()
	if leader := next(ctx, leads); leader != "first" {
		return fmt.Errorf("%s leads", leader)
	}
	go run(ctx, "second", leads)
	resign()
	if leader := next(ctx, leads); leader != "second" {
		return fmt.Errorf("%s leads after the first let go", leader)
	}
	return nil
}

// next is who leads from now on: "nobody" when the context ends before.
func next(ctx context.Context, told <-chan string) string {
	select {
	case got := <-told:
		return got
	case <-ctx.Done():
		return "nobody"
	}
}

func retryOnConflict(ctx context.Context, c *cluster) error {
	maps := c.clientset.CoreV1().ConfigMaps(c.namespace)
	if _, err := maps.Create(ctx, configMap("contended", map[string]string{}), metav1.CreateOptions{}); err != nil {
		return err
	}
	const writers = 5
	failures := make(chan error, writers)
	patient := wait.Backoff{Steps: 20, Duration: 5 * time.Millisecond, Factor: 1.5, Jitter: 1}
	for index := range writers {
		go func() {
			failures <- retry.RetryOnConflict(patient, func() error {
				now, err := maps.Get(ctx, "contended", metav1.GetOptions{})
				if err != nil {
					return err
				}
				if now.Data == nil {
					now.Data = map[string]string{}
				}
				now.Data[fmt.Sprintf("writer-%d", index)] = "was here"
				_, err = maps.Update(ctx, now, metav1.UpdateOptions{})
				return err
			})
		}()
	}
	for range writers {
		if err := <-failures; err != nil {
			return err
		}
	}
	ended, err := maps.Get(ctx, "contended", metav1.GetOptions{})
	if err == nil && len(ended.Data) != writers {
		return fmt.Errorf("a write was lost: %v", ended.Data)
	}
	return err
}

func restMapper(ctx context.Context, c *cluster) error {
	resource, remove, err := c.define(ctx, "gizmos", "Gizmo")
	if err != nil {
		return err
	}
	defer remove()
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(c.clientset.Discovery()))
	if _, err := mapper.RESTMapping(schema.GroupKind{Group: "apps", Kind: "Deployment"}); err != nil {
		return err
	}
	found := func(context.Context) (bool, error) {
		mapper.Reset()
		mapping, err := mapper.RESTMapping(schema.GroupKind{Group: resource.Group, Kind: "Gizmo"})
		return err == nil && mapping.Resource == resource, nil
	}
	if err := wait.PollUntilContextCancel(ctx, 100*time.Millisecond, true, found); err != nil {
		return fmt.Errorf("the new kind is not found: %w", err)
	}
	short := restmapper.NewShortcutExpander(mapper, c.clientset.Discovery(), nil)
	full, err := short.ResourceFor(schema.GroupVersionResource{Resource: "deploy"})
	if err != nil {
		return err
	}
	if full.Resource != "deployments" {
		return fmt.Errorf("deploy is %v", full)
	}
	return nil
}

func eventRecorder(ctx context.Context, c *cluster) error {
	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	defer broadcaster.Shutdown()
	broadcaster.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: c.clientset.CoreV1().Events(c.namespace)})
	recorder := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "conformance"})
	about, err := c.clientset.CoreV1().ConfigMaps(c.namespace).Create(ctx, configMap("recorded", nil), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	for range 3 {
		recorder.Event(about, corev1.EventTypeNormal, "Seen", "it was seen")
	}
	counted := func(ctx context.Context) (bool, error) {
		events, err := c.clientset.CoreV1().Events(c.namespace).List(ctx, metav1.ListOptions{FieldSelector: "involvedObject.name=recorded"})
		return err == nil && len(events.Items) == 1 && events.Items[0].Count == 3, err
	}
	if err := wait.PollUntilContextCancel(ctx, 100*time.Millisecond, true, counted); err != nil {
		return fmt.Errorf("the event was not counted: %w", err)
	}
	return nil
}
