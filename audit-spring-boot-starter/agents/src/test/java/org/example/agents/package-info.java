/**
 * Applications whose agents call tools by Spring AI, and the trail that this leaves. The
 * model is a stand-in that does what it is told.
 */
package org.example.agents;
