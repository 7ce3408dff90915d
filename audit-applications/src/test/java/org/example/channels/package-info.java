/**
 * An application whose calls come by a batch job, an event between modules, GraphQL and
 * messages of a WebSocket.
 */
package org.example.channels;
