/** Where commands listen and send: addresses on the command line, and metrics over HTTP. */
package io.tern.app.endpoint;
