package main

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
)

// operated are the kinds of Prometheus's operator, by the servers that it runs for them.
var operated = map[string]string{"prometheus": "prometheuses", "alertmanager": "alertmanagers"}

// specification is what the operator is asked for, as far as pods and disks go.
type specification struct {
	Image              string                      `json:"image"`
	ServiceAccountName string                      `json:"serviceAccountName"`
	NodeSelector       map[string]string           `json:"nodeSelector"`
	Tolerations        []corev1.Toleration         `json:"tolerations"`
	SecurityContext    *corev1.PodSecurityContext  `json:"securityContext"`
	Resources          corev1.ResourceRequirements `json:"resources"`
	Storage            *struct {
		VolumeClaimTemplate struct {
			Metadata struct {
				Name string `json:"name"`
			} `json:"metadata"`
			Spec corev1.PersistentVolumeClaimSpec `json:"spec"`
		} `json:"volumeClaimTemplate"`
	} `json:"storage"`
}

// operate plays Prometheus's operator: it makes a StatefulSet of one server for each object of its kinds, under the names
// that it gives, and brings it up to date. A claim that is there keeps its size, whatever the object says.
// https://github.com/prometheus-operator/prometheus-operator/blob/main/pkg/prometheus/common.go
// https://prometheus-operator.dev/docs/platform/storage/#resizing-volumes
func operate(ctx context.Context, c kubernetes.Interface, objects dynamic.Interface) {
	for server, plural := range operated {
		kind := schema.GroupVersionResource{Group: "monitoring.coreos.com", Version: "v1", Resource: plural}
		l, err := objects.Resource(kind).List(ctx, metav1.ListOptions{})
		if err != nil { // nobody has defined the kind
			continue
		}
		for i := range l.Items {
			if s, err := statefulSetOf(server, &l.Items[i]); err == nil {
				bringUp(ctx, c, s)
			}
		}
	}
}

const generation = "rehearsal/generation"

// bringUp makes a StatefulSet, or gives an older one its pods' template.
func bringUp(ctx context.Context, c kubernetes.Interface, wanted *appsv1.StatefulSet) {
	api := c.AppsV1().StatefulSets(wanted.Namespace)
	found, err := api.Get(ctx, wanted.Name, metav1.GetOptions{})
	if err != nil {
		api.Create(ctx, wanted, metav1.CreateOptions{})
	} else if found.Annotations[generation] != wanted.Annotations[generation] {
		found.Annotations = wanted.Annotations
		found.Spec.Template = wanted.Spec.Template
		api.Update(ctx, found, metav1.UpdateOptions{})
	}
}

func statefulSetOf(server string, of *unstructured.Unstructured) (*appsv1.StatefulSet, error) {
	var spec specification
	wanted, _, _ := unstructured.NestedMap(of.Object, "spec")
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(wanted, &spec); err != nil {
		return nil, err
	}
	name := server + "-" + of.GetName()
	labels := map[string]string{"app.kubernetes.io/name": server, "app.kubernetes.io/instance": of.GetName()}
	one, yes, no := int32(1), true, false
	s := &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: of.GetNamespace(),
			Annotations: map[string]string{generation: fmt.Sprint(of.GetGeneration())},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: of.GetAPIVersion(), Kind: of.GetKind(), Name: of.GetName(),
				UID: of.GetUID(), Controller: &yes, BlockOwnerDeletion: &yes}}},
		Spec: appsv1.StatefulSetSpec{Replicas: &one, ServiceName: server + "-operated", PodManagementPolicy: appsv1.ParallelPodManagement,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: corev1.PodSpec{
				ServiceAccountName: spec.ServiceAccountName, NodeSelector: spec.NodeSelector, Tolerations: spec.Tolerations,
				SecurityContext: spec.SecurityContext,
				Containers: []corev1.Container{{Name: server, Image: spec.Image, Resources: spec.Resources,
					SecurityContext: &corev1.SecurityContext{AllowPrivilegeEscalation: &no, RunAsNonRoot: &yes,
						Capabilities:   &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
						SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}}}}}}},
	}
	if spec.Storage != nil {
		volume := spec.Storage.VolumeClaimTemplate.Metadata.Name
		if volume == "" {
			volume = name + "-db"
		}
		claim := corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: volume}, Spec: spec.Storage.VolumeClaimTemplate.Spec}
		s.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{claim}
		container := &s.Spec.Template.Spec.Containers[0]
		container.VolumeMounts = []corev1.VolumeMount{{Name: volume, MountPath: "/" + server}}
	}
	return s, nil
}
