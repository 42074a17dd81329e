package main

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// configuration is what a container finds when it starts.
type configuration struct {
	// crashes is whether its image or one of its variables holds "crashing".
	crashes bool
	// missing says what is not there, so that it cannot start; empty where all of it is.
	missing string
	// reason is the kubelet's word for that.
	reason string
}

// configure reads the ConfigMaps and Secrets of a pod as the kubelet does: one that is missing, and not optional, keeps
// a container from starting. https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data
func configure(ctx context.Context, c kubernetes.Interface, p *corev1.Pod) map[string]configuration {
	r := reader{ctx, c, p.Namespace}
	volumes := r.volumes(p)
	set := map[string]configuration{}
	for _, ct := range append(p.Spec.InitContainers, p.Spec.Containers...) {
		values, missing := r.variables(ct)
		s := configuration{crashes: strings.Contains(ct.Image, "crashing"), missing: missing, reason: "CreateContainerConfigError"}
		for _, value := range values {
			s.crashes = s.crashes || strings.Contains(value, "crashing")
		}
		if volumes != "" { // no container is created before all volumes are mounted
			s.missing, s.reason = volumes, "ContainerCreating"
		}
		set[ct.Name] = s
	}
	return set
}

type reader struct {
	ctx       context.Context
	c         kubernetes.Interface
	namespace string
}

func (r reader) configMap(name string) (map[string]string, string) {
	m, err := r.c.CoreV1().ConfigMaps(r.namespace).Get(r.ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, fmt.Sprintf("configmap %q not found", name)
	}
	return m.Data, ""
}

func (r reader) secret(name string) (map[string]string, string) {
	m, err := r.c.CoreV1().Secrets(r.namespace).Get(r.ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, fmt.Sprintf("secret %q not found", name)
	}
	data := map[string]string{}
	for k, v := range m.Data {
		data[k] = string(v)
	}
	return data, ""
}

func optional(o *bool) bool { return o != nil && *o }

// variables are a container's values, or what is missing of them.
func (r reader) variables(ct corev1.Container) (values []string, missing string) {
	read := func(data map[string]string, problem, key string, may *bool) {
		if problem == "" && key != "" {
			if _, ok := data[key]; !ok {
				problem = fmt.Sprintf("couldn't find key %s", key)
			}
		}
		if problem != "" {
			if !optional(may) && missing == "" {
				missing = problem
			}
			return
		}
		for k, v := range data {
			if key == "" || key == k {
				values = append(values, v)
			}
		}
	}
	for _, from := range ct.EnvFrom {
		if ref := from.ConfigMapRef; ref != nil {
			data, problem := r.configMap(ref.Name)
			read(data, problem, "", ref.Optional)
		}
		if ref := from.SecretRef; ref != nil {
			data, problem := r.secret(ref.Name)
			read(data, problem, "", ref.Optional)
		}
	}
	for _, e := range ct.Env {
		values = append(values, e.Value)
		if e.ValueFrom == nil {
			continue
		}
		if ref := e.ValueFrom.ConfigMapKeyRef; ref != nil {
			data, problem := r.configMap(ref.Name)
			read(data, problem, ref.Key, ref.Optional)
		}
		if ref := e.ValueFrom.SecretKeyRef; ref != nil {
			data, problem := r.secret(ref.Name)
			read(data, problem, ref.Key, ref.Optional)
		}
	}
	return values, missing
}

// madeByPrograms are Secrets that programs make which do not run here: a certificate for the operator's webhook.
var madeByPrograms = map[string]bool{"prometheus-admission": true}

// volumes says what is missing of a pod's volumes.
func (r reader) volumes(p *corev1.Pod) string {
	for _, v := range p.Spec.Volumes {
		problem, may := "", false
		switch {
		case v.ConfigMap != nil:
			_, problem = r.configMap(v.ConfigMap.Name)
			may = optional(v.ConfigMap.Optional)
		case v.Secret != nil && !madeByPrograms[v.Secret.SecretName]:
			_, problem = r.secret(v.Secret.SecretName)
			may = optional(v.Secret.Optional)
		}
		if problem != "" && !may {
			return fmt.Sprintf("MountVolume.SetUp failed for volume %q : %s", v.Name, problem)
		}
	}
	return ""
}

// warn records why a pod does not start.
func warn(ctx context.Context, c kubernetes.Interface, p *corev1.Pod, message string) {
	now := metav1.Now()
	c.CoreV1().Events(p.Namespace).Create(ctx, &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{GenerateName: p.Name + ".", Namespace: p.Namespace},
		InvolvedObject: corev1.ObjectReference{APIVersion: "v1", Kind: "Pod", Namespace: p.Namespace, Name: p.Name, UID: p.UID},
		Type:           corev1.EventTypeWarning, Reason: "Failed", Message: "Error: " + message, Count: 1,
		FirstTimestamp: now, LastTimestamp: now, Source: corev1.EventSource{Component: "kubelet"},
	}, metav1.CreateOptions{})
}
