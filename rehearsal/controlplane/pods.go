package main

import (
	"context"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// run plays a kubelet: a pod that was given a node is ready after what it takes to pull its image and to start, the pod of a
// job has succeeded after twice as long. A container image whose reference holds "unpullable" never starts; "crashing"
// never becomes ready.
func run(ctx context.Context, c kubernetes.Interface, p *corev1.Pod, start time.Duration) {
	if p.DeletionTimestamp != nil {
		zero := int64(0)
		c.CoreV1().Pods(p.Namespace).Delete(ctx, p.Name, metav1.DeleteOptions{GracePeriodSeconds: &zero})
		return
	}
	if p.Spec.NodeName == "" || p.Status.Phase == corev1.PodRunning || p.Status.Phase == corev1.PodSucceeded {
		return
	}
	now := metav1.Now()
	job := false
	for _, o := range p.OwnerReferences {
		job = job || o.Kind == "Job"
	}
	if job {
		start *= 2
	}
	if time.Since(p.CreationTimestamp.Time) < start {
		return
	}
	ready := corev1.ConditionTrue
	phase := corev1.PodRunning
	if job {
		phase, ready = corev1.PodSucceeded, corev1.ConditionFalse
	}
	var st, ist []corev1.ContainerStatus
	mk := func(ct corev1.Container, init bool) corev1.ContainerStatus {
		s := corev1.ContainerStatus{Name: ct.Name, Image: ct.Image, ImageID: ct.Image, Ready: true}
		t := true
		s.Started = &t
		s.State.Running = &corev1.ContainerStateRunning{StartedAt: now}
		if init || job {
			s.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 0, Reason: "Completed", FinishedAt: now}}
			s.Ready = init
		}
		if strings.Contains(ct.Image, "unpullable") {
			phase, ready = corev1.PodPending, corev1.ConditionFalse
			s.Ready, s.Started = false, nil
			s.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff", Message: "simulated"}}
		}
		if strings.Contains(ct.Image, "crashing") && !init {
			phase, ready = corev1.PodRunning, corev1.ConditionFalse
			if job {
				phase = corev1.PodFailed
			}
			s.Ready = false
			s.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error", FinishedAt: now}}
		}
		return s
	}
	for _, ct := range p.Spec.InitContainers {
		ist = append(ist, mk(ct, true))
	}
	for _, ct := range p.Spec.Containers {
		st = append(st, mk(ct, false))
	}
	if p.Status.Phase == phase && phase == corev1.PodPending && len(p.Status.ContainerStatuses) > 0 {
		return
	}
	p.Status.Phase, p.Status.ContainerStatuses, p.Status.InitContainerStatuses = phase, st, ist
	p.Status.PodIP, p.Status.HostIP, p.Status.StartTime = "10.4.0.9", "10.0.0.9", &now
	p.Status.PodIPs = []corev1.PodIP{{IP: "10.4.0.9"}}
	p.Status.HostIPs = []corev1.HostIP{{IP: "10.0.0.9"}}
	p.Status.Conditions = []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: now}, {Type: corev1.PodInitialized, Status: corev1.ConditionTrue, LastTransitionTime: now},
		{Type: corev1.ContainersReady, Status: ready, LastTransitionTime: now}, {Type: corev1.PodReady, Status: ready, LastTransitionTime: now}}
	c.CoreV1().Pods(p.Namespace).UpdateStatus(ctx, p, metav1.UpdateOptions{})
}
