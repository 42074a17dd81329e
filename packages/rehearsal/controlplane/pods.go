package main

import (
	"context"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// stop is what a pod takes to end once it must, or a second less: a controller that does not wait for it has two meanwhile.
const stop = 2 * time.Second

// run plays a kubelet: a pod that was given a node is ready after what it takes to pull its image and to start, the pod of
// a job has succeeded after twice as long. A container whose image holds "unpullable" never starts. One whose image, or a
// variable of which, holds "crashing" never becomes ready. One whose image holds "unready" runs and is not ready either, but
// the pod of a job has no readiness. ConfigMaps and Secrets are read when a pod starts, and not again.
func run(ctx context.Context, c kubernetes.Interface, p *corev1.Pod, start time.Duration) {
	if p.DeletionTimestamp != nil {
		asked := p.DeletionTimestamp.Time
		if p.DeletionGracePeriodSeconds != nil {
			asked = asked.Add(-time.Duration(*p.DeletionGracePeriodSeconds) * time.Second)
		}
		if p.Status.Phase == corev1.PodRunning && time.Since(asked) < stop {
			return
		}
		zero := int64(0)
		c.CoreV1().Pods(p.Namespace).Delete(ctx, p.Name, metav1.DeleteOptions{GracePeriodSeconds: &zero})
		return
	}
	if p.Spec.NodeName == "" || p.Status.Phase == corev1.PodRunning || p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed {
		return
	}
	job := isOfJob(p)
	if job {
		start *= 2
	}
	if time.Since(p.CreationTimestamp.Time) < start {
		return
	}
	set := configure(ctx, c, p)
	phase, ready := phaseOf(p, set, job)
	if p.Status.Phase == phase && phase == corev1.PodPending && len(p.Status.ContainerStatuses) > 0 {
		return
	}
	for _, s := range set {
		if s.missing != "" {
			warn(ctx, c, p, s.missing)
			break
		}
	}
	now := metav1.Now()
	var containers, inits []corev1.ContainerStatus
	for _, ct := range p.Spec.InitContainers {
		inits = append(inits, statusOf(ct, set[ct.Name], true, true, now))
	}
	for _, ct := range p.Spec.Containers {
		containers = append(containers, statusOf(ct, set[ct.Name], job, false, now))
	}
	condition := func(kind corev1.PodConditionType, status corev1.ConditionStatus) corev1.PodCondition {
		return corev1.PodCondition{Type: kind, Status: status, LastTransitionTime: now}
	}
	s := &p.Status
	s.Phase, s.ContainerStatuses, s.InitContainerStatuses = phase, containers, inits
	s.PodIP, s.HostIP, s.StartTime = "10.4.0.9", "10.0.0.9", &now
	s.PodIPs, s.HostIPs = []corev1.PodIP{{IP: s.PodIP}}, []corev1.HostIP{{IP: s.HostIP}}
	s.Conditions = []corev1.PodCondition{
		condition(corev1.PodScheduled, corev1.ConditionTrue), condition(corev1.PodInitialized, corev1.ConditionTrue),
		condition(corev1.ContainersReady, ready), condition(corev1.PodReady, ready),
	}
	c.CoreV1().Pods(p.Namespace).UpdateStatus(ctx, p, metav1.UpdateOptions{})
}

func isOfJob(p *corev1.Pod) bool {
	for _, o := range p.OwnerReferences {
		if o.Kind == "Job" {
			return true
		}
	}
	return false
}

// unready is whether a container runs and is never ready.
func unready(ct corev1.Container, job bool) bool {
	return !job && strings.Contains(ct.Image, "unready")
}

func unpullable(ct corev1.Container) bool { return strings.Contains(ct.Image, "unpullable") }

// phaseOf is what becomes of a pod, and whether it is ready.
func phaseOf(p *corev1.Pod, set map[string]configuration, job bool) (corev1.PodPhase, corev1.ConditionStatus) {
	phase, ready := corev1.PodRunning, corev1.ConditionTrue
	if job {
		phase, ready = corev1.PodSucceeded, corev1.ConditionFalse
	}
	for _, ct := range p.Spec.Containers {
		if unready(ct, job) {
			ready = corev1.ConditionFalse
		}
		if set[ct.Name].crashes {
			phase, ready = corev1.PodRunning, corev1.ConditionFalse
			if job {
				phase = corev1.PodFailed
			}
		}
	}
	for _, ct := range append(p.Spec.InitContainers, p.Spec.Containers...) {
		if unpullable(ct) || set[ct.Name].missing != "" {
			return corev1.PodPending, corev1.ConditionFalse
		}
	}
	return phase, ready
}

// statusOf is what becomes of a container: it runs, or, where it is one that ends, it has ended.
func statusOf(ct corev1.Container, set configuration, ends, init bool, now metav1.Time) corev1.ContainerStatus {
	yes := true
	s := corev1.ContainerStatus{Name: ct.Name, Image: ct.Image, ImageID: ct.Image, Ready: init || !ends && !unready(ct, ends), Started: &yes}
	ended := func(code int32, reason string) corev1.ContainerState {
		return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason, FinishedAt: now}}
	}
	switch {
	case unpullable(ct):
		s.Ready, s.Started = false, nil
		s.State.Waiting = &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "simulated"}
	case set.missing != "":
		s.Ready, s.Started = false, nil
		s.State.Waiting = &corev1.ContainerStateWaiting{Reason: set.reason, Message: set.missing}
	case set.crashes && !init:
		s.Ready, s.State = false, ended(1, "Error")
	case ends:
		s.State = ended(0, "Completed")
	default:
		s.State.Running = &corev1.ContainerStateRunning{StartedAt: now}
	}
	return s
}
