package main

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
)

var measured = map[string]bool{}

// measure says what a running pod uses, as the metrics server would: half of its requests, at which
// autoscalers add no pods while a rollout has some more. The objects are custom
// resources under the metrics API's name, which the rehearsal defines.
func measure(ctx context.Context, c dynamic.Interface, p *corev1.Pod) {
	if p.Status.Phase != corev1.PodRunning || measured[string(p.UID)] {
		return
	}
	var containers []any
	for _, ct := range p.Spec.Containers {
		u := map[string]any{}
		for name, q := range ct.Resources.Requests {
			u[string(name)] = resource.NewMilliQuantity(q.MilliValue()/2, q.Format).String()
		}
		containers = append(containers, map[string]any{"name": ct.Name, "usage": u})
	}
	labels := map[string]any{}
	for k, v := range p.Labels {
		labels[k] = v
	}
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics",
		"metadata": map[string]any{"name": p.Name, "namespace": p.Namespace, "labels": labels,
			"ownerReferences": []any{map[string]any{"apiVersion": "v1", "kind": "Pod", "name": p.Name, "uid": string(p.UID)}}},
		// one window after the pod became ready, before which autoscalers do not believe a sample
		"timestamp": time.Now().Add(time.Minute).UTC().Format(time.RFC3339), "window": "10s", "containers": containers}}
	gvr := schema.GroupVersionResource{Group: "metrics.k8s.io", Version: "v1beta1", Resource: "pods"}
	if _, err := c.Resource(gvr).Namespace(p.Namespace).Create(ctx, o, metav1.CreateOptions{}); err == nil {
		measured[string(p.UID)] = true
	}
}
